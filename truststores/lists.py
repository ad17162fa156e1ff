"""The lists of this app: columns, filters and how they are sorted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters  # type: ignore[import-untyped]  # ships no types
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from certificates.models import Certificate
from pki.verify.codes import CODES
from truststores.models import TrustStore, ValidationReport, Verdict
from truststores.querysets.reports import ReportQuerySet
from ui.filters import Filters
from ui.listing import Column, Listing

MARKS = (60, 30, 14, 7, 1)


class ReportFilters(Filters):
    """Certificate, verdict, store, OpenSSL number, and what counts."""

    q = django_filters.CharFilter(
        label="Certificate",
        method="of_certificate",
        widget=forms.SearchInput(attrs={"placeholder": "Name, serial or fingerprint"}),
    )
    verdict = django_filters.ChoiceFilter(choices=Verdict.choices, empty_label="Every verdict")
    store = django_filters.ModelChoiceFilter(
        field_name="trust_store",
        label="Trust store",
        queryset=TrustStore.objects.order_by("name"),
        empty_label="Every store",
    )
    code = django_filters.NumberFilter(
        label="OpenSSL number",
        method="with_code",
        min_value=1,
        max_value=max(CODES) + 100,
    )
    counts = django_filters.ChoiceFilter(
        label="Shown",
        method="that_count",
        choices=[
            ("yes", "What counts for a verdict"),
            ("usage", "Not meant for the usage"),
            ("loose", "An issuer is missing, no store is known"),
        ],
        empty_label="All reports",
    )

    class Meta:
        model = ValidationReport
        fields: list[str] = []

    def of_certificate(self, found: ReportQuerySet, name: str, value: str) -> ReportQuerySet:
        return found.filter(certificate__in=Certificate.objects.matching(value).values("pk"))

    def with_code(self, found: ReportQuerySet, name: str, value: Any) -> ReportQuerySet:
        return found.with_code(int(value))

    def that_count(
        self, found: QuerySet[ValidationReport], name: str, value: str
    ) -> QuerySet[ValidationReport]:
        if value == "usage":
            return found.filter(meant_for_usage=False)
        if value == "loose":
            return found.filter(chained=False)
        return found.filter(meant_for_usage=True, chained=True)


class EndingFilters(Filters):
    """How soon, of what kind, and whether somebody has seen it."""

    within = django_filters.ChoiceFilter(
        label="Ends",
        method="ending_within",
        choices=[
            ("ended", "Ended already"),
            *((str(days), f"Within {days} day{'s' if days > 1 else ''}") for days in MARKS),
        ],
        empty_label="Within 90 days, or ended",
    )
    kind = django_filters.ChoiceFilter(
        label="Kind",
        method="of_kind",
        choices=[("leaf", "End certificates"), ("ca", "Authorities")],
        empty_label="Every kind",
    )
    seen = django_filters.ChoiceFilter(
        label="Seen",
        method="that_are_seen",
        choices=[("no", "Not acknowledged"), ("yes", "Acknowledged")],
        empty_label="All",
    )

    class Meta:
        model = Certificate
        fields: list[str] = []

    def ending_within(
        self, found: QuerySet[Certificate], name: str, value: str
    ) -> QuerySet[Certificate]:
        now = timezone.now()
        if value == "ended":
            return found.filter(not_after__lte=now)
        return found.filter(not_after__gt=now, not_after__lte=now + timedelta(days=int(value)))

    def of_kind(self, found: QuerySet[Certificate], name: str, value: str) -> QuerySet[Certificate]:
        return found.filter(is_ca=value == "ca")

    def that_are_seen(
        self, found: QuerySet[Certificate], name: str, value: str
    ) -> QuerySet[Certificate]:
        seen = Q(notice__acknowledged_at__isnull=False)
        return found.filter(seen) if value == "yes" else found.exclude(seen)


ENDING = Listing(
    columns=[
        Column(name="cn", label="Certificate", sort="cn"),
        Column(name="ends", label="Ends", sort="not_after", kind="moment"),
        Column(name="notice", label="Last notice"),
        Column(name="actions", label=""),
    ],
    filterset=EndingFilters,
    default_sort="ends",
)


def report_rows() -> QuerySet[ValidationReport]:
    """Reports with what a row of the list shows, and nothing else."""
    return ValidationReport.objects.select_related("certificate", "trust_store").only(
        "verdict",
        "first_code",
        "depth",
        "urgency",
        "chained",
        "meant_for_usage",
        "effective_expiry",
        "made_at",
        "certificate__cn",
        "certificate__subject",
        "certificate__serial",
        "trust_store__name",
    )


REPORTS = Listing(
    columns=[
        Column(name="certificate", label="Certificate"),
        Column(name="urgency", label="Verdict", sort="urgency"),
        Column(name="store", label="Trust store", sort="trust_store__name"),
        Column(name="code", label="OpenSSL", sort="first_code"),
        Column(name="until", label="Works until", sort="effective_expiry", kind="moment"),
        Column(name="made", label="Made", sort="made_at", kind="moment"),
    ],
    filterset=ReportFilters,
    default_sort="urgency",
)

PRINTED = Listing(
    columns=[
        Column(name="urgency", label="Verdict", sort="urgency"),
        Column(name="until", label="Works until", sort="effective_expiry"),
    ],
    default_sort="urgency",
    per_page=1_000,
)

AUTHORITIES = Listing(
    columns=[
        Column(name="check", label="", kind="check"),
        Column(name="cn", label="Certificate", sort="cn"),
        Column(name="standing", label="State"),
        Column(name="ends", label="Valid until", sort="not_after", kind="moment"),
        Column(name="works_until", label="Works until", sort="works_until", kind="moment"),
    ],
    default_sort="cn",
    per_page=50,
)
