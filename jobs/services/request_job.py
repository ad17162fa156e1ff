from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs.messages import send_hint
from jobs.models import Job


@transaction.atomic
def request_job(
    *,
    kind: str,
    actor: User | None = None,
    params: dict[str, Any] | None = None,
    title: str = "",
    total: int | None = None,
    parent: Job | None = None,
    slot: str | None = None,
) -> Job:
    """Ask for a job in the caller's transaction; the message goes out when it is committed.

    A kind that is `single` gives the job that already waits, a `slot` that was taken the job that
    took it.
    """
    about = settings.JOB_KINDS[kind]
    if slot is not None and (taken := Job.objects.filter(kind=kind, slot=slot).first()):
        return taken
    if about.single and (waiting := _waiting(kind)):
        if slot is not None and waiting.slot is None:
            waiting.slot = slot
            waiting.save(update_fields=["slot"])
        return waiting
    now = timezone.now()
    job = Job(
        kind=kind,
        title=title or about.title,
        params=params or {},
        total=total,
        parent=parent,
        slot=slot,
        actor=actor,
        created_at=now,
        sent_at=now,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        if slot is None:
            raise
        return Job.objects.get(kind=kind, slot=slot)
    transaction.on_commit(partial(send_hint, job.pk))
    return job


def _waiting(kind: str) -> Job | None:
    """A job of this kind that has not begun and cannot begin before this transaction ends.

    The lock matters: a worker that took the waiting job now would not see what the caller is
    writing, and nobody would ask again. A row that somebody else has locked is left to them; a
    second job does no harm.
    """
    waiting = Job.objects.queued().filter(kind=kind, cancel_requested=False, parent=None)
    return waiting.select_for_update(skip_locked=True).first()
