from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jobs.error_texts import sentence_of
from jobs.models import Job
from pki.verify.report import Report
from pki.verify.run import report_from_json
from truststores.forms.moments import MomentForm
from truststores.inputs import policy_of
from truststores.lists import REPORTS, report_rows
from truststores.models import PastReport, TrustStore, ValidationReport
from truststores.report_changes import ReportChange, change_between
from truststores.services.advise import advise
from truststores.services.find_work import find_work
from truststores.services.validate_now import validate_now
from truststores.shown_report import show_report
from truststores.texts import policy_words
from ui.http import render_page

PAST_SHOWN = 20
TURNED_SHOWN = 50
AS_OF_AHEAD = timedelta(days=30)


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The current reports, the most pressing first."""
    context = {
        "page": REPORTS.page(request, report_rows()),
        "has_trust_stores": TrustStore.objects.exists,  # Asked for by an empty list only.
    }
    return render_page(
        request, "truststores/reports.html", context, fragment="truststores/_report_rows.html"
    )


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong, why, and what to do; then everything that led to it."""
    row = get_object_or_404(
        ValidationReport.objects.select_related("certificate", "trust_store", "body"), pk=pk
    )
    moment = timezone.now()
    context: dict[str, Any] = {
        "row": row,
        "store": row.trust_store,
        "certificate": row.certificate,
        "permissions": request.user.get_all_permissions(),
        "policy": policy_words(policy_of(row.trust_store)),
        "is_current": True,
        "as_of_form": MomentForm.beginning_at(moment + AS_OF_AHEAD),
        "is_due": row.due_at is not None and row.due_at <= moment,
        "others": ValidationReport.objects.filter(certificate=row.certificate)
        .exclude(pk=row.pk)
        .select_related("trust_store")
        .order_by("urgency", "pk")[:TURNED_SHOWN],
    }
    body = getattr(row, "body", None)
    if body is not None:
        made = report_from_json(body.content)
        context["shown"] = show_report(made)
        context["advice"] = advise(row=row, report=made, moment=moment)
        context["changes"] = _changes(row, made)
    return render(request, "truststores/report.html", context)


def _changes(row: ValidationReport, current: Report) -> list[tuple[PastReport, ReportChange]]:
    """Each earlier report with what followed it, the newest first."""
    changes = []
    after = current
    for past in row.past.all()[:PAST_SHOWN]:
        before = report_from_json(past.content)
        change = change_between(before, after)
        changes.append((past, replace(change, moment=past.ended_at)))
        after = before
    return changes


@require_safe
def past_report(request: HttpRequest, pk: int, past_pk: int) -> HttpResponse:
    """A report as it was before its verdict or its codes changed."""
    past = get_object_or_404(
        PastReport.objects.select_related("report__certificate", "report__trust_store"),
        pk=past_pk,
        report=pk,
    )
    context = {
        "row": past.report,
        "past_report": past,
        "store": past.report.trust_store,
        "certificate": past.report.certificate,
        "shown": show_report(report_from_json(past.content)),
    }
    return render(request, "truststores/report.html", context)


@require_POST
@permission_required("jobs.run_job", raise_exception=True)
def report_validate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one report again, at once."""
    row = get_object_or_404(ValidationReport, pk=pk)
    before = row.verdict
    validate_now(report_id=row.pk, moment=timezone.now())
    row.refresh_from_db()
    if row.verdict == before:
        messages.info(request, f"Validated just now: still {row.get_verdict_display().lower()}.")
    else:
        messages.success(request, f"Validated just now: {row.get_verdict_display().lower()}.")
    return redirect(row)


@require_safe
def run(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A run of the validation: how far it is, and what it changed."""
    job = get_object_or_404(Job.objects.select_related("actor"), pk=pk, kind="validate")
    good, bad = _turned(job)
    context = {
        "job": job,
        "progress": job.progress,
        "reason": sentence_of(job.error_code, job.error_data),
        "good": good,
        "bad": bad,
        "result": job.result,
        "more_due": job.has_ended and find_work(moment=timezone.now()),
    }
    return render_page(request, "truststores/run.html", context, fragment="truststores/_run.html")


def _turned(job: Job) -> tuple[list[ValidationReport], list[ValidationReport]]:
    """The reports that turned in this run, as its parts have named them, at most so many."""
    good: list[int] = []
    bad: list[int] = []
    turning = job.parts.exclude(result__good_reports=[], result__bad_reports=[])
    for result in turning.order_by("created_at").values_list("result", flat=True)[:500]:
        good += result.get("good_reports", ())
        bad += result.get("bad_reports", ())
    rows = ValidationReport.objects.select_related("certificate", "trust_store")
    return (
        list(rows.filter(pk__in=good[:TURNED_SHOWN]).order_by("pk")),
        list(rows.filter(pk__in=bad[:TURNED_SHOWN]).order_by("pk")),
    )
