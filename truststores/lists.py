"""The lists of this app: columns, filters and how they are sorted."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]  # ships no types
from django import forms
from django.db.models import QuerySet

from certificates.models import Certificate
from pki.verify.codes import CODES
from truststores.models import TrustStore, ValidationReport, Verdict
from truststores.querysets.reports import ReportQuerySet
from ui.listing import Column, Listing


class ReportFilters(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
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

AUTHORITIES = Listing(
    columns=[
        Column(name="check", label="", kind="check"),
        Column(name="cn", label="Certificate", sort="cn"),
        Column(name="standing", label="State"),
        Column(name="ends", label="Valid until", sort="not_after", kind="moment"),
    ],
    default_sort="cn",
    per_page=50,
)
