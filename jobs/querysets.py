from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from jobs.models import Job  # noqa: F401  (type argument below)


class JobQuerySet(models.QuerySet["Job"]):
    """Named questions to the jobs."""

    def queued(self) -> Self:
        return self.filter(state="queued")

    def ended(self) -> Self:
        return self.exclude(state__in=("queued", "running"))

    def living(self) -> Self:
        return self.filter(state__in=("queued", "running"))

    def expired(self, now: datetime) -> Self:
        """Those whose worker has not been heard of for the time of a lease."""
        return self.filter(state="running", lease_until__lt=now)

    def waiting_for_parts(self) -> Self:
        return self.filter(state="running", lease_token=None)

    def listed(self) -> Self:
        """Those that people look for: no part of another job."""
        hidden = [kind for kind, about in settings.JOB_KINDS.items() if about.hidden]
        return self.filter(parent=None).exclude(kind__in=hidden)
