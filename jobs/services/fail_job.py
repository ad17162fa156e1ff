from __future__ import annotations

from typing import Any

from jobs.lease import Lease
from jobs.models import Job, JobState
from jobs.services.end_job import end_job


def fail_job(
    *,
    lease: Lease,
    code: str,
    data: dict[str, Any] | None = None,
    state: JobState = JobState.FAILED,
) -> Job:
    """End a job with the reason; `BROKEN` is for faults of ours."""
    return end_job(lease=lease, state=state, error_code=code, error_data=data or {})
