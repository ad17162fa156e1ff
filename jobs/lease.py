"""What a worker holds while it does a job."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Final

from django.utils import timezone

from jobs.errors import JobCancelled, LeaseLost
from jobs.models import Job, JobState

LEASE_TIME = timedelta(seconds=60)


class _Waits(Enum):
    FOR_PARTS = "for parts"


WAITS_FOR_PARTS: Final = _Waits.FOR_PARTS
"""What a run returns after `request_parts`: the last part to end will finish the job."""

RunResult = dict[str, Any] | _Waits


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to do a job, and its one way to say how far it is.

    A run takes a lease and returns a JSON-able dict, the result of the job, or `WAITS_FOR_PARTS`.
    `checkpoint` is what earlier attempts have already done and committed: a run goes on from there.
    """

    job_id: uuid.UUID
    kind: str
    params: dict[str, Any]
    actor_id: int | None
    checkpoint: int
    token: uuid.UUID
    parent_id: uuid.UUID | None = None

    def advance(self, *, done: int, total: int | None = None) -> None:
        """Write the progress and renew the lease, inside the transaction that writes the effects.

        Raises `LeaseLost` or `JobCancelled`; the exception then undoes the effects with it, so that
        what `checkpoint` says and what is in the database are never two things.
        """
        values: dict[str, Any] = {"done": done}
        if total is not None:
            values["total"] = total
        self._write(**values)

    def renew(self) -> None:
        """Keep the lease through a long step that has no progress to report."""
        self._write()

    def _write(self, **values: Any) -> None:
        mine = Job.objects.filter(pk=self.job_id, lease_token=self.token, state=JobState.RUNNING)
        until = timezone.now() + LEASE_TIME
        if mine.filter(cancel_requested=False).update(lease_until=until, **values) == 1:
            return
        if mine.exists():
            raise JobCancelled
        raise LeaseLost
