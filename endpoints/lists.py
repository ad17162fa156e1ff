"""The lists of this app: columns, filters and how they are sorted."""

from __future__ import annotations

import django_filters  # type: ignore[import-untyped]  # ships no types
from django import forms
from django.db.models import Count

from certificates.models import Owner
from endpoints.models import (
    Account,
    Probe,
    ProbeState,
    Rehearsal,
    Service,
    ServiceProtocol,
)
from endpoints.querysets.endpoints import AccountQuerySet, ServiceQuerySet
from endpoints.standing_groups import STANDING_CHOICES, with_standing
from ui.filters import Filters
from ui.listing import Column, Listing


class ServiceFilters(Filters):
    """Search, standing, protocol, owner and last probe."""

    q = django_filters.CharFilter(
        label="Search",
        method="matching",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Name, address, certificate"}
        ),
    )
    standing = django_filters.ChoiceFilter(
        label="Works",
        choices=STANDING_CHOICES,
        empty_label="Any standing",
        method="of_standing",
    )
    protocol = django_filters.ChoiceFilter(
        label="Protocol", choices=ServiceProtocol.choices, empty_label="Every protocol"
    )
    owner = django_filters.ModelChoiceFilter(
        label="Owner", queryset=Owner.objects.all(), empty_label="Anybody"
    )
    probe = django_filters.ChoiceFilter(
        label="Last probe",
        choices=(("astray", "Not as described"), ("same", "As described"), ("none", "None yet")),
        empty_label="Any probe",
        method="of_probe",
    )

    class Meta:
        model = Service
        fields: list[str] = []

    def matching(self, queryset: ServiceQuerySet, name: str, value: str) -> ServiceQuerySet:
        return queryset.matching(value)

    def of_standing(self, queryset: ServiceQuerySet, name: str, value: str) -> ServiceQuerySet:
        return with_standing(queryset, value)

    def of_probe(self, queryset: ServiceQuerySet, name: str, value: str) -> ServiceQuerySet:
        if value == "astray":
            return queryset.astray()
        return queryset.filter(probe_state="" if value == "none" else value)


def service_rows() -> ServiceQuerySet:
    """Services with what a row of the list shows."""
    return (
        Service.objects.select_related("certificate", "owner")
        .defer("judgement")
        .prefetch_related("addresses")
        .annotate(account_count=Count("accounts"))
    )


SERVICES = Listing(
    columns=[
        Column(name="name", label="Service", sort="name"),
        Column(name="standing", label="Works", sort="standing", kind="state-cell"),
        Column(name="works_until", label="Works until", sort="works_until", kind="moment"),
        Column(name="addresses", label="Addresses"),
        Column(name="presents", label="Presents"),
        Column(name="accounts", label="Accounts", kind="number"),
    ],
    filterset=ServiceFilters,
    default_sort="name",
)


class AccountFilters(Filters):
    """Search, standing, service and partner."""

    q = django_filters.CharFilter(
        label="Search",
        method="matching",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Name, partner, certificate"}
        ),
    )
    standing = django_filters.ChoiceFilter(
        label="Works",
        choices=STANDING_CHOICES,
        empty_label="Any standing",
        method="of_standing",
    )
    partner = django_filters.ModelChoiceFilter(
        label="Partner", queryset=Owner.objects.all(), empty_label="Anybody"
    )
    service = django_filters.ModelChoiceFilter(
        label="Service",
        field_name="services",
        queryset=Service.objects.order_by("name"),
        empty_label="Any service",
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def matching(self, queryset: AccountQuerySet, name: str, value: str) -> AccountQuerySet:
        return queryset.matching(value)

    def of_standing(self, queryset: AccountQuerySet, name: str, value: str) -> AccountQuerySet:
        return with_standing(queryset, value)


def account_rows() -> AccountQuerySet:
    """Accounts with what a row of the list shows."""
    return (
        Account.objects.select_related("partner")
        .defer("judgement")
        .prefetch_related("certificates__certificate", "ssh_keys", "services")
    )


ACCOUNTS = Listing(
    columns=[
        Column(name="name", label="Account", sort="name"),
        Column(name="standing", label="Works", sort="standing", kind="state-cell"),
        Column(name="works_until", label="Works until", sort="works_until", kind="moment"),
        Column(name="logs_in_with", label="Logs in with"),
        Column(name="services", label="Services"),
        Column(name="partner", label="Partner"),
    ],
    filterset=AccountFilters,
    default_sort="name",
)


class ProbeFilters(Filters):
    """How it ended."""

    state = django_filters.ChoiceFilter(
        label="State", choices=ProbeState.choices, empty_label="Every state"
    )

    class Meta:
        model = Probe
        fields: list[str] = []


PROBES = Listing(
    columns=[
        Column(name="asked", label="Looked", sort="asked_at", kind="moment"),
        Column(name="address", label="Address", sort="host"),
        Column(name="state", label="State", sort="state", kind="state-cell"),
        Column(name="says", label="What was found"),
    ],
    filterset=ProbeFilters,
    default_sort="-asked",
)


class RehearsalFilters(Filters):
    """How it ended, and whose it is."""

    accepted = django_filters.BooleanFilter(
        label="Ended",
        widget=forms.Select(
            choices=(
                ("", "Either way"),
                ("true", "They connect"),
                ("false", "They do not connect"),
            )
        ),
    )
    service = django_filters.ModelChoiceFilter(
        label="Service", queryset=Service.objects.order_by("name"), empty_label="Any service"
    )
    account = django_filters.ModelChoiceFilter(
        label="Account", queryset=Account.objects.order_by("name"), empty_label="Any client"
    )

    class Meta:
        model = Rehearsal
        fields: list[str] = []


REHEARSALS = Listing(
    columns=[
        Column(name="made", label="Rehearsed", sort="made_at", kind="moment"),
        Column(name="accepted", label="Ended", kind="state-cell"),
        Column(name="service", label="Server"),
        Column(name="client", label="Client"),
        Column(name="says", label="Why"),
    ],
    filterset=RehearsalFilters,
    default_sort="-made",
)
