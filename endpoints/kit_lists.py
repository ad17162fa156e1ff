"""The list of the kits."""

from __future__ import annotations

import django_filters  # type: ignore[import-untyped]  # ships no types
from django import forms

from endpoints.models import Kit, KitStage, ServiceProtocol
from endpoints.querysets.kits import KitQuerySet
from ui.filters import Filters
from ui.listing import Column, Listing

_PROTOCOLS = [(one.value, one.label) for one in ServiceProtocol if one.speaks_tls]


class KitFilters(Filters):
    """Search, protocol, and how far it is."""

    q = django_filters.CharFilter(
        label="Search",
        method="matching",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, account, service"}),
    )
    protocol = django_filters.ChoiceFilter(
        label="Protocol", choices=_PROTOCOLS, empty_label="Every protocol"
    )
    stage = django_filters.ChoiceFilter(
        label="Stage", choices=KitStage.choices, empty_label="Any stage"
    )

    class Meta:
        model = Kit
        fields: list[str] = []

    def matching(self, queryset: KitQuerySet, name: str, value: str) -> KitQuerySet:
        return queryset.matching(value)


KITS = Listing(
    columns=[
        Column(name="name", label="Kit", sort="name"),
        Column(name="state", label="State", kind="state-cell"),
        Column(name="server", label="Server"),
        Column(name="client", label="Client"),
        Column(name="until", label="Works until", kind="moment"),
        Column(name="made", label="Made", sort="created_at", kind="moment"),
    ],
    filterset=KitFilters,
    default_sort="-made",
)
