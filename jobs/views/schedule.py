from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jobs.acts import record_act
from jobs.error_texts import sentence_of
from jobs.kinds import Scheduled
from jobs.models import Job
from jobs.services.request_job import request_job
from ui.http import render_page


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A row of the schedule, with its last and its next run. `current` has not ended."""

    name: str
    title: str
    says: str
    every: str
    last: Job | None
    reason: str
    current: Job | None
    next_at: datetime


@require_safe
def schedule(request: HttpRequest) -> HttpResponse:
    """What runs by itself, how it went and when it comes again."""
    now = timezone.now()
    turns = [_turn(name, scheduled, now) for name, scheduled in settings.SCHEDULE.items()]
    context = {"turns": turns, "running": any(turn.current for turn in turns)}
    return render_page(request, "jobs/schedule.html", context, fragment="jobs/_turns.html")


@require_POST
@permission_required("jobs.run_job", raise_exception=True)
@transaction.atomic
def run_now(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a row of the schedule ahead of its turn."""
    scheduled: Scheduled | None = settings.SCHEDULE.get(name)
    if scheduled is None:
        raise Http404
    job = request_job(kind=scheduled.kind, actor=request.user)  # type: ignore[arg-type]  # signed in
    record_act(request, "job.run_now", job)
    return redirect("jobs:schedule")


def _turn(name: str, scheduled: Scheduled, now: datetime) -> Turn:
    about = settings.JOB_KINDS[scheduled.kind]
    of_kind = Job.objects.filter(kind=scheduled.kind, parent=None)
    last = of_kind.ended().order_by("-ended_at").first()
    return Turn(
        name=name,
        title=about.title,
        says=scheduled.says,
        every=in_words(scheduled.every),
        last=last,
        reason=sentence_of(last.error_code, last.error_data) if last is not None else "",
        current=of_kind.living().order_by("state", "-created_at").last(),
        next_at=next_turn(scheduled, now),
    )


def next_turn(scheduled: Scheduled, now: datetime) -> datetime:
    """The beginning of the next slot; slots count from the epoch."""
    seconds = scheduled.every.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, tz=UTC)


def in_words(every: timedelta) -> str:
    """`every minute`, `every 6 hours`."""
    seconds = int(every.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"every {unit}" if count == 1 else f"every {count} {unit}s"
    return f"every {seconds} seconds"
