"""The lists of the key store: columns and filters."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]  # ships no types
from django import forms
from django.db.models import QuerySet

from certificates.models import KeyOrigin, KeyState, Label, Owner, OwnerKind, PrivateKey, PublicKey
from ui.filters import Filters
from ui.listing import Column, Listing

# The beginnings of what `pki.keys` calls a key's algorithm.
_ALGORITHMS = (
    ("RSA", "RSA"),
    ("EC", "EC"),
    ("Ed25519", "Ed25519"),
    ("Ed448", "Ed448"),
    ("DSA", "DSA"),
)


class _KeyFilters(Filters):
    """What the lists of both kinds of key have."""

    q = django_filters.CharFilter(
        label="Search",
        method="matching",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, owner, fingerprint"}),
    )
    algorithm = django_filters.ChoiceFilter(
        label="Kind",
        choices=_ALGORITHMS,
        empty_label="Every kind",
        field_name="algorithm",
        lookup_expr="startswith",
    )
    owner = django_filters.ModelChoiceFilter(
        label="Owner", queryset=Owner.objects.all(), empty_label="Anybody"
    )
    owner_kind = django_filters.ChoiceFilter(
        label="Owned by",
        choices=OwnerKind.choices,
        field_name="owner__kind",
        empty_label="Any kind of owner",
    )
    label = django_filters.ModelChoiceFilter(
        label="Label",
        queryset=Label.objects.all(),
        to_field_name="name",
        field_name="labels",
        empty_label="Any label",
    )

    def matching(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)


class PrivateKeyFilters(_KeyFilters):
    """Search, kind, state, owner, label and where it comes from."""

    state = django_filters.ChoiceFilter(
        label="State", choices=KeyState.choices, empty_label="Any state"
    )
    origin = django_filters.ChoiceFilter(
        label="Origin", choices=KeyOrigin.choices, empty_label="Any origin"
    )

    class Meta:
        model = PrivateKey
        fields: list[str] = []


class PublicKeyFilters(_KeyFilters):
    """Search, kind, owner and label."""

    class Meta:
        model = PublicKey
        fields: list[str] = []


def private_key_rows() -> QuerySet[PrivateKey]:
    """Private keys with what a row of the list shows."""
    return (
        PrivateKey.objects.select_related("owner")
        .defer("spki", "findings")
        .prefetch_related("labels")
    )


def public_key_rows() -> QuerySet[PublicKey]:
    """Public keys with what a row of the list shows."""
    return (
        PublicKey.objects.select_related("owner")
        .defer("spki", "findings")
        .prefetch_related("labels")
    )


PRIVATE_KEYS = Listing(
    columns=[
        Column(name="name", label="Name", sort="name"),
        Column(name="state", label="State"),
        Column(name="kind", label="Kind"),
        Column(name="owner", label="Owner"),
        Column(name="fingerprint", label="Fingerprint"),
        Column(name="added", label="Added", sort="id", kind="moment"),
    ],
    filterset=PrivateKeyFilters,
    default_sort="name",
)

PUBLIC_KEYS = Listing(
    columns=[
        Column(name="name", label="Name", sort="name"),
        Column(name="kind", label="Kind"),
        Column(name="owner", label="Owner"),
        Column(name="fingerprint", label="Fingerprint"),
        Column(name="added", label="Added", sort="id", kind="moment"),
    ],
    filterset=PublicKeyFilters,
    default_sort="name",
)
