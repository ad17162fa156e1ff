from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from jobs.models import Job
from jobs.services.request_job import request_job
from ui.moments import exact


@transaction.atomic
def request_foresight(*, actor: User | None, moment: datetime) -> Job:
    """Ask for a look ahead, or back: what is broken at that moment that works now."""
    tense = "will be" if moment > timezone.now() else "was"
    return request_job(
        kind="foresee",
        actor=actor,
        params={"moment": moment.isoformat()},
        title=f"What {tense} broken on {exact(moment)}",
    )
