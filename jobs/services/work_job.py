from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.module_loading import import_string

from jobs.errors import JobCancelled, JobFailure, LeaseLost
from jobs.lease import WAITS_FOR_PARTS, Lease, RunResult
from jobs.models import JobState
from jobs.services.claim_job import claim_job
from jobs.services.end_job import end_job
from jobs.services.fail_job import fail_job
from jobs.services.finish_job import finish_job

logger = logging.getLogger(__name__)


def work_job(*, job_id: uuid.UUID) -> bool:
    """Do a job if nobody else has it; True when this call held it to its end."""
    lease = claim_job(job_id=job_id, now=timezone.now())
    if lease is None:
        return False
    try:
        _run(lease)
    except LeaseLost:
        logger.warning("job %s went on without this worker", job_id)
        return False
    except (OperationalError, InterfaceError):
        # The database is away: the end cannot be written either. The lease runs out and the sweep
        # gives the job to another worker, a bounded number of times.
        logger.exception("job %s lost the database", job_id)
        return False
    return True


def _run(lease: Lease) -> None:
    try:
        result = _run_of(lease.kind)(lease)
        if result is not WAITS_FOR_PARTS:
            finish_job(lease=lease, result=result)
    except JobFailure as failure:
        fail_job(lease=lease, code=failure.code, data=failure.data)
    except JobCancelled:
        end_job(lease=lease, state=JobState.CANCELLED)
    except (LeaseLost, OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("job %s (%s) is broken", lease.job_id, lease.kind)
        fail_job(
            lease=lease,
            code="job.broken",
            data={"exception": type(error).__name__},
            state=JobState.BROKEN,
        )


def _run_of(kind: str) -> Callable[[Lease], RunResult]:
    about = settings.JOB_KINDS.get(kind)
    if about is None:
        raise JobFailure("job.unknown_kind", kind=kind)
    run: Callable[[Lease], RunResult] = import_string(about.run)
    return run
