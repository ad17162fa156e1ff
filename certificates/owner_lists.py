"""The list of owners: columns and filters."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]  # ships no types
from django import forms
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from certificates.models import Owner, OwnerKind, PrivateKey, PublicKey
from ui.filters import Filters
from ui.listing import Column, Listing


class OwnerFilters(Filters):
    """Search and kind."""

    q = django_filters.CharFilter(
        label="Search",
        method="matching",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, e-mail"}),
    )
    kind = django_filters.ChoiceFilter(
        label="Kind", choices=OwnerKind.choices, empty_label="Every kind"
    )

    class Meta:
        model = Owner
        fields: list[str] = []

    def matching(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)


def owner_rows() -> QuerySet[Owner]:
    """Owners with what a row of the list shows."""
    return Owner.objects.annotate(
        private_keys=_counted(PrivateKey.objects.all()),
        public_keys=_counted(PublicKey.objects.all()),
    )


def _counted(keys: QuerySet[Any]) -> Coalesce:
    """How many of the keys are the owner's."""
    mine = keys.filter(owner=OuterRef("pk")).order_by().values("owner")
    count = Subquery(mine.annotate(count=Count("pk")).values("count"))
    return Coalesce(count, 0, output_field=IntegerField())


OWNERS = Listing(
    columns=[
        Column(name="name", label="Name", sort="name"),
        Column(name="kind", label="Kind", sort="kind"),
        Column(name="email", label="E-mail"),
        Column(name="private_keys", label="Private keys", kind="number"),
        Column(name="public_keys", label="Public keys", kind="number"),
    ],
    filterset=OwnerFilters,
    default_sort="name",
)
