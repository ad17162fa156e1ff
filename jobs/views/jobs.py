from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jobs.acts import record_act
from jobs.error_texts import sentence_of
from jobs.lists import JOBS
from jobs.models import Job
from jobs.services.cancel_job import cancel_job
from jobs.services.rerun_job import rerun_job
from ui.http import render_page


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs that people look for, newest first."""
    page = JOBS.page(request, Job.objects.listed().select_related("actor"))
    return render_page(request, "jobs/jobs.html", {"page": page}, fragment="jobs/_rows.html")


@require_safe
def job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One job: how far it is, or how it ended."""
    shown = get_object_or_404(Job.objects.select_related("actor", "parent"), pk=pk)
    context = {
        "job": shown,
        "progress": shown.progress,
        "reason": sentence_of(shown.error_code, shown.error_data),
        "result_url": result_url(shown),
        "result": [(name.replace("_", " "), value) for name, value in shown.result.items()],
    }
    return render_page(request, "jobs/job.html", context, fragment="jobs/_progress.html")


def result_url(shown: Job) -> str:
    """The page that shows what the job made; empty where its own page does."""
    about = settings.JOB_KINDS.get(shown.kind)
    return reverse(about.page, args=[shown.pk]) if about is not None and about.page else ""


@require_POST
@permission_required("jobs.run_job", raise_exception=True)
@transaction.atomic
def rerun(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Run an ended job again; pressed twice, the second finds it waiting."""
    found = get_object_or_404(Job, pk=pk, parent=None)
    if rerun_job(job=found):
        record_act(request, "job.rerun", found)
        messages.success(request, "The job waits to be run again.")
    return _back_to(found)


@require_POST
@permission_required("jobs.run_job", raise_exception=True)
@transaction.atomic
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask a job to end."""
    found = get_object_or_404(Job, pk=pk, parent=None)
    if cancel_job(job=found):
        record_act(request, "job.cancelled", found)
        messages.success(request, "The job ends at its next step.")
    else:
        messages.info(request, "The job had already ended.")
    return _back_to(found)


def _back_to(found: Job) -> HttpResponseRedirect:
    return redirect(found)
