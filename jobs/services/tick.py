from __future__ import annotations

from datetime import datetime

from django.conf import settings

from jobs.kinds import Scheduled
from jobs.models import Job
from jobs.services.request_job import request_job


def tick(*, name: str, now: datetime) -> Job:
    """Ask for the job of a row of the schedule; two schedulers ask for one job in each slot."""
    scheduled: Scheduled = settings.SCHEDULE[name]
    return request_job(kind=scheduled.kind, slot=slot_at(name, scheduled, now))


def slot_at(name: str, scheduled: Scheduled, now: datetime) -> str:
    """The turn that `now` falls into, counted from the epoch."""
    return f"{name}:{int(now.timestamp() // scheduled.every.total_seconds())}"
