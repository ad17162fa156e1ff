"""What the workers are told. Each task is a call; the row decides whether anything is to be done."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from jobs.services.sweep_jobs import sweep_jobs
from jobs.services.tick import tick as ask_for_turn
from jobs.services.work_job import work_job


@shared_task(name="jobs.work")
def work(job_id: str) -> None:
    work_job(job_id=uuid.UUID(job_id))


@shared_task(name="jobs.tick")
def tick(name: str) -> None:
    ask_for_turn(name=name, now=timezone.now())


@shared_task(name="jobs.sweep")
def sweep() -> None:
    sweep_jobs(now=timezone.now())
