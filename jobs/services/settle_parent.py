from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from jobs.models import Job, JobState
from jobs.services.request_followers import request_followers


@transaction.atomic
def settle_parent(*, parent_id: uuid.UUID) -> bool:
    """End a job when the last of its parts has ended; True when this call ended it."""
    parent = lock_parent(parent_id=parent_id)
    if parent is None or not parent.waits_for_parts or parent.parts.living().exists():
        return False
    sums = parent.parts.aggregate(done=models.Sum("done"), total=models.Sum("total"))
    parent.done = sums["done"] or 0
    parent.total = sums["total"] if sums["total"] is not None else parent.total
    parent.result |= _summed(parent.parts.values_list("result", flat=True))
    parent.ended_at = timezone.now()
    parent.idle = False
    _decide(parent)
    parent.save()
    if parent.state == JobState.DONE:
        request_followers(job=parent)
    return True


def lock_parent(*, parent_id: uuid.UUID) -> Job | None:
    """Lock a job that has parts; always before any row of its parts is written."""
    return Job.objects.select_for_update(of=("self",)).filter(pk=parent_id).first()


def _decide(parent: Job) -> None:
    """Broken before failed before cancelled: the worst that happened to a part is the reason."""
    for state in (JobState.BROKEN, JobState.FAILED):
        worst = parent.parts.filter(state=state).order_by("ended_at").first()
        if worst is not None:
            parent.state = state
            parent.error_code = worst.error_code
            parent.error_data = worst.error_data
            return
    cancelled = parent.parts.filter(state=JobState.CANCELLED).exists()
    parent.state = JobState.CANCELLED if cancelled else JobState.DONE


def _summed(results: Iterable[dict[str, Any]]) -> dict[str, int]:
    """What the parts counted, added up; what is not a number stays with its part."""
    sums: dict[str, int] = {}
    for result in results:
        for name, value in result.items():
            if isinstance(value, int) and not isinstance(value, bool):
                sums[name] = sums.get(name, 0) + value
    return sums
