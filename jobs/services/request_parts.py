from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.errors import JobCancelled, LeaseLost
from jobs.lease import Lease
from jobs.messages import send_hint
from jobs.models import Job, JobState
from jobs.services.settle_parent import settle_parent

_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One piece of a job: what it is about and how much there is to do."""

    params: dict[str, Any] = field(default_factory=dict)
    total: int | None = None
    title: str = ""


@transaction.atomic
def request_parts(
    *,
    lease: Lease,
    kind: str,
    parts: Iterable[Part],
    result: dict[str, Any] | None = None,
) -> None:
    """Divide the job that `lease` holds, once; the run returns `WAITS_FOR_PARTS` right after.

    The parts are taken and written some at a time, so that a million things to do need not be held
    at once.

    The lease is given up in the same transaction: a worker that dies afterwards leaves a job that
    waits, not one that would be divided again. The numbers in the results of the parts are added
    up and join `result`.
    """
    held = Job.objects.filter(pk=lease.job_id, lease_token=lease.token, state=JobState.RUNNING)
    given_up = held.filter(cancel_requested=False).update(
        lease_token=None, lease_until=None, result=result or {}
    )
    if given_up != 1:
        raise JobCancelled if held.exists() else LeaseLost
    jobs = _jobs(lease, kind, parts)
    while some := list(islice(jobs, _AT_ONCE)):
        Job.objects.bulk_create(some)
        for job in some:
            transaction.on_commit(partial(send_hint, job.pk))
    settle_parent(parent_id=lease.job_id)


def _jobs(lease: Lease, kind: str, parts: Iterable[Part]) -> Iterator[Job]:
    now = timezone.now()
    title = settings.JOB_KINDS[kind].title
    for part in parts:
        yield Job(
            kind=kind,
            title=part.title or title,
            params=part.params,
            total=part.total,
            parent_id=lease.job_id,
            actor_id=lease.actor_id,
            created_at=now,
            sent_at=now,
        )
