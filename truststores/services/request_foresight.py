from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from jobs.models import Job
from jobs.services.request_job import request_job
from ui.moments import exact


@transaction.atomic
def request_foresight(*, actor: User | None, moment: datetime) -> Job:
    """Ask for a look ahead: what will be broken at that moment that works now."""
    return request_job(
        kind="foresee",
        actor=actor,
        params={"moment": moment.isoformat()},
        title=f"What will be broken on {exact(moment)}",
    )
