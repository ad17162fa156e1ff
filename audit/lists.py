"""The list of events: columns and filters."""

from __future__ import annotations

import django_filters  # type: ignore[import-untyped]  # ships no types
from django.db.models import QuerySet

from audit.action_texts import ACTIONS
from audit.models import AuditEvent
from ui.filters import Filters
from ui.listing import Column, Listing


def _actions() -> list[tuple[str, str]]:
    return [(code, code) for code in sorted(ACTIONS)]


class EventFilters(Filters):
    """Who, what, and since when."""

    search = django_filters.CharFilter(label="Search", method="matching")
    action = django_filters.ChoiceFilter(choices=_actions, empty_label="Every act")
    since = django_filters.DateFilter(field_name="moment", lookup_expr="date__gte", label="From")
    until = django_filters.DateFilter(field_name="moment", lookup_expr="date__lte", label="To")

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def matching(
        self, queryset: QuerySet[AuditEvent], name: str, value: str
    ) -> QuerySet[AuditEvent]:
        return queryset & AuditEvent.objects.matching(value)


EVENTS = Listing(
    columns=[
        Column(name="number", label="Number", sort="sequence", kind="number"),
        Column(name="moment", label="When", kind="moment"),
        Column(name="actor", label="Who"),
        Column(name="what", label="What"),
        Column(name="address", label="From"),
    ],
    filterset=EventFilters,
    default_sort="-number",
)
