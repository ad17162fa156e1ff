"""Acts of people upon jobs are recorded; the table of settings names who records them.

`jobs` and `audit` stand side by side in the house and do not import each other.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from jobs.models import Job


def record_act(request: HttpRequest, action: str, job: Job) -> None:
    """Record what somebody did with a job, in the transaction of the act."""
    record: Callable[..., object] = import_string(settings.RECORD_ACT)
    record(actor=request.user, action=action, subject=job, request=request)
