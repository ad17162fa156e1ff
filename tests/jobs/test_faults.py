"""Workers that are killed, again and again: no step is lost, none is done twice."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.utils import timezone

from jobs.lease import Lease, RunResult
from jobs.models import Job
from jobs.services.request_job import request_job
from jobs.services.sweep_jobs import sweep_jobs
from jobs.services.work_job import work_job

STEPS = 20


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inside", [False, True], ids=["between-steps", "inside-a-step"])
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    kinds: dict[str, Any], inside: bool
) -> None:
    def make_users(lease: Lease) -> RunResult:
        killed_at = lease.params["killed_at"][len(attempts_of(lease)) - 1]
        for number in range(lease.checkpoint, STEPS):
            if number == killed_at and not inside:
                os.kill(os.getpid(), signal.SIGKILL)
            with transaction.atomic():
                User.objects.create(username=f"step {number}")
                if number == killed_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                lease.advance(done=number + 1, total=STEPS)
        return {}

    kinds["count"] = make_users
    job = request_job(kind="count", params={"killed_at": [3, 3, 9, 17, None]})
    later = timezone.now()
    for _ in range(4):
        assert killed_worker(job)
        later += timedelta(seconds=120)
        sweep_jobs(now=later)
    assert work_job(job_id=job.pk)
    ended = Job.objects.get(pk=job.pk)
    assert (ended.state, ended.done, ended.attempts) == ("done", STEPS, 5)
    assert User.objects.count() == STEPS


def attempts_of(lease: Lease) -> range:
    return range(Job.objects.get(pk=lease.job_id).attempts)


def killed_worker(job: Job) -> bool:
    """Do the job in a process of its own; whether a SIGKILL ended it."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            work_job(job_id=job.pk)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
