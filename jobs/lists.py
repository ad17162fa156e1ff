"""The lists of jobs: columns and filters."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]  # ships no types
from django.conf import settings
from django.db.models import QuerySet

from jobs.models import Job, JobState
from ui.filters import Filters
from ui.listing import Column, Listing


def _kinds() -> list[tuple[str, str]]:
    return [(name, about.title) for name, about in settings.JOB_KINDS.items() if not about.hidden]


class JobFilters(Filters):
    """Kind, state, and whether runs of the schedule that had nothing to do are shown as well."""

    kind = django_filters.ChoiceFilter(choices=_kinds, empty_label="Every kind")
    state = django_filters.ChoiceFilter(choices=JobState.choices, empty_label="Every state")
    idle = django_filters.ChoiceFilter(
        label="Schedule",
        choices=[("all", "Also runs with nothing to do")],
        empty_label="Runs that did something",
        method="with_idle",
    )

    class Meta:
        model = Job
        fields: list[str] = []

    @property
    def qs(self) -> QuerySet[Job]:
        found: QuerySet[Job] = super().qs
        return found if self.data.get("idle") == "all" else found.filter(idle=False)

    def with_idle(self, queryset: QuerySet[Job], name: str, value: Any) -> QuerySet[Job]:
        """The choice is read by `qs`, where its absence counts as well."""
        return queryset


JOBS = Listing(
    columns=[
        Column(name="title", label="Job"),
        Column(name="state", label="State", kind="state"),
        Column(name="progress", label="Progress"),
        Column(name="actor", label="Asked for by"),
        Column(name="created", label="Asked for", sort="created_at", kind="moment"),
        Column(name="ended", label="Ended", sort="ended_at", kind="moment"),
    ],
    filterset=JobFilters,
    default_sort="-created",
)
