"""The lists of the inventory: columns and filters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import django_filters  # type: ignore[import-untyped]  # ships no types
from django import forms
from django.db.models import Q
from django.utils import timezone

from certificates.models import (
    Certificate,
    CertificateRequest,
    Crl,
    ImportBlock,
    Label,
    Lifecycle,
    Outcome,
    RequestState,
    Standing,
)
from certificates.models.requests import CertificateRequestQuerySet
from certificates.querysets.certificates import CertificateQuerySet
from certificates.querysets.crls import CrlQuerySet
from certificates.services.read_row_texts import read_row_texts
from ui.filters import Filters
from ui.listing import Column, Listing
from ui.moments import span_of

NAMES_SHOWN = 3
_ENDS = (
    ("expired", "Expired"),
    ("7", "Within 7 days"),
    ("30", "Within 30 days"),
    ("90", "Within 90 days"),
    ("valid", "Not expired"),
)
# The beginnings of what `pki.keys` calls a key's algorithm.
_KEYS = (("RSA", "RSA"), ("EC", "EC"), ("Ed", "Ed25519 and Ed448"), ("DSA", "DSA"))


class _Filters(Filters):
    """What every list here has: a search box."""

    q = django_filters.CharFilter(
        label="Search", method="matching", widget=forms.TextInput(attrs={"type": "search"})
    )

    def matching(
        self,
        queryset: CertificateQuerySet | CrlQuerySet | CertificateRequestQuerySet,
        name: str,
        value: str,
    ) -> CertificateQuerySet | CrlQuerySet | CertificateRequestQuerySet:
        return queryset.matching(value)


class CertificateFilters(_Filters):
    """Search, standing, dates, kind, key, label and life; issuer and import come with links."""

    standing = django_filters.ChoiceFilter(
        label="Validation", choices=Standing.choices, empty_label="Any result"
    )
    ends = django_filters.ChoiceFilter(
        label="Ends", choices=_ENDS, empty_label="Any time", method="ending"
    )
    role = django_filters.ChoiceFilter(
        label="Kind",
        choices=(("end_entity", "End entities"), ("ca", "Authorities")),
        empty_label="Every kind",
        method="of_role",
    )
    key = django_filters.ChoiceFilter(
        label="Key", choices=_KEYS, empty_label="Any key", method="with_key"
    )
    label = django_filters.ModelChoiceFilter(
        label="Label",
        queryset=Label.objects.all(),
        to_field_name="name",
        field_name="labels",
        empty_label="Any label",
    )
    lifecycle = django_filters.ChoiceFilter(
        label="Life", choices=Lifecycle.choices, empty_label="Any state"
    )
    issuer = django_filters.NumberFilter(method="issued_under", widget=forms.HiddenInput)
    stops = django_filters.CharFilter(method="stopping", widget=forms.HiddenInput)
    job = django_filters.UUIDFilter(field_name="import_job_id", widget=forms.HiddenInput)

    class Meta:
        model = Certificate
        fields: list[str] = []

    def ending(self, queryset: CertificateQuerySet, name: str, value: str) -> CertificateQuerySet:
        now = timezone.now()
        if value == "expired":
            return queryset.expired(now)
        if value == "valid":
            return queryset.filter(not_after__gte=now)
        return queryset.expiring(timedelta(days=int(value)), now)

    def of_role(self, queryset: CertificateQuerySet, name: str, value: str) -> CertificateQuerySet:
        return queryset.cas() if value == "ca" else queryset.end_entities()

    def with_key(self, queryset: CertificateQuerySet, name: str, value: str) -> CertificateQuerySet:
        return queryset.filter(key_algorithm__startswith=value)

    def issued_under(
        self, queryset: CertificateQuerySet, name: str, value: Any
    ) -> CertificateQuerySet:
        issuer = Certificate.objects.filter(pk=int(value)).first() if value < 2**63 else None
        return queryset.issued_under(issuer) if issuer is not None else queryset.none()

    def stopping(self, queryset: CertificateQuerySet, name: str, value: str) -> CertificateQuerySet:
        """That stop working in a month, on a day or at a moment: where the calendar leads."""
        span = span_of(value)
        return queryset.stopping(*span) if span is not None else queryset.none()


def certificate_rows() -> CertificateQuerySet:
    """Certificates with what a row of the list shows, and nothing else."""
    return Certificate.objects.only(
        "cn",
        "subject",
        "serial",
        "issuer",
        "is_ca",
        "not_before",
        "not_after",
        "works_until",
        "standing",
        "lifecycle",
        "key_algorithm",
        "key_size",
    )


def with_names_and_labels(
    certificates: Sequence[Certificate],
) -> list[tuple[Certificate, list[str], list[str]]]:
    """Each certificate with its first names, its common name left out, and its labels, as plain
    text: one query for each."""
    texts = read_row_texts([one.pk for one in certificates], most_names=NAMES_SHOWN)
    return [
        (
            one,
            [name for name in texts.names.get(one.pk, ()) if name != one.cn],
            texts.labels.get(one.pk, []),
        )
        for one in certificates
    ]


CERTIFICATES = Listing(
    columns=[
        Column(name="name", label="Name", sort="cn"),
        Column(name="state", label="Validation", kind="state-cell"),
        Column(name="issuer", label="Issuer"),
        Column(name="ends", label="Ends", sort="not_after", kind="moment"),
        Column(name="works_until", label="Works until", sort="works_until", kind="moment"),
        Column(name="key", label="Key"),
    ],
    filterset=CertificateFilters,
    default_sort="name",
)


class CrlFilters(_Filters):
    """Search and freshness."""

    freshness = django_filters.ChoiceFilter(
        label="State",
        choices=(("fresh", "Fresh"), ("stale", "Stale"), ("future", "Not yet in force")),
        empty_label="Any state",
        method="with_freshness",
    )
    job = django_filters.UUIDFilter(field_name="import_job_id", widget=forms.HiddenInput)

    class Meta:
        model = Crl
        fields: list[str] = []

    def with_freshness(self, queryset: CrlQuerySet, name: str, value: str) -> CrlQuerySet:
        now = timezone.now()
        if value == "fresh":
            return queryset.fresh(now)
        return queryset.stale(now) if value == "stale" else queryset.not_yet_in_force(now)


CRLS = Listing(
    columns=[
        Column(name="issuer", label="Issuer"),
        Column(name="state", label="State", kind="state-cell"),
        Column(name="number", label="Number", kind="number"),
        Column(name="from", label="This update", sort="this_update", kind="moment"),
        Column(name="until", label="Next update", sort="next_update", kind="moment"),
        Column(name="revoked", label="Revoked", sort="revoked_count", kind="number"),
    ],
    filterset=CrlFilters,
    default_sort="until",
)


class BlockFilters(Filters):
    """What became of the blocks."""

    outcome = django_filters.ChoiceFilter(
        label="Outcome", choices=Outcome.choices, empty_label="Every block"
    )

    class Meta:
        model = ImportBlock
        fields: list[str] = []


BLOCKS = Listing(
    columns=[
        Column(name="block", label="Block", sort="id", kind="number"),
        Column(name="place", label="Found"),
        Column(name="outcome", label="Outcome", kind="state-cell"),
        Column(name="what", label="What it is"),
    ],
    filterset=BlockFilters,
    default_sort="block",
)


class RequestFilters(_Filters):
    """Search, state and kind."""

    state = django_filters.ChoiceFilter(
        label="State", choices=RequestState.choices, empty_label="Any state"
    )
    kind = django_filters.ChoiceFilter(
        label="Kind",
        choices=(("request", "Requests"), ("self_signed", "Self-signed certificates")),
        empty_label="Every kind",
        method="of_kind",
    )

    class Meta:
        model = CertificateRequest
        fields: list[str] = []

    def of_kind(
        self, queryset: CertificateRequestQuerySet, name: str, value: str
    ) -> CertificateRequestQuerySet:
        return queryset.filter(self_signed_days__isnull=value == "request")


REQUESTS = Listing(
    columns=[
        Column(name="name", label="Name", sort="name"),
        Column(name="state", label="State", kind="state-cell"),
        Column(name="key", label="Key"),
        Column(name="made", label="Made", sort="created_at", kind="moment"),
    ],
    filterset=RequestFilters,
    default_sort="-made",
)


def same_key(certificate: Certificate) -> Q:
    """Other certificates with the same public key."""
    return Q(spki_sha256=certificate.spki_sha256) & ~Q(pk=certificate.pk)
