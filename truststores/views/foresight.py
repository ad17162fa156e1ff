"""Validation as of another day: of one report, of a certificate, of the whole inventory."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from certificates.models import Certificate, Crl
from jobs.error_texts import sentence_of
from jobs.models import Job
from truststores.cause_texts import headline
from truststores.ends import Cause, CauseKind
from truststores.forms.moments import MomentForm
from truststores.inputs import policy_of
from truststores.models import ValidationReport
from truststores.services.advise import advise
from truststores.services.request_foresight import request_foresight
from truststores.services.validate_as_of import validate_as_of
from truststores.shown_report import openssl_line, show_report
from truststores.texts import policy_words
from truststores.views.actor import actor_of
from truststores.views.refusals import tell_moment
from ui.http import render_page
from ui.uses import uses_of

STORES_SHOWN = 50
REPORTS_SHOWN = 25


@require_safe
def report_as_of(request: HttpRequest, pk: int) -> HttpResponse:
    """A report as it would be at another moment; nothing is stored."""
    row = get_object_or_404(
        ValidationReport.objects.select_related("certificate", "trust_store"), pk=pk
    )
    form = MomentForm(request.GET)
    if not form.is_valid():
        tell_moment(request, form)
        return redirect(row)
    moment = form.cleaned_data["moment"]
    made = validate_as_of(row=row, moment=moment).report
    context: dict[str, Any] = {
        "row": row,
        "store": row.trust_store,
        "certificate": row.certificate,
        "permissions": request.user.get_all_permissions(),
        "policy": policy_words(policy_of(row.trust_store)),
        "as_of": moment,
        "as_of_form": MomentForm.beginning_at(moment),
        "shown": show_report(made),
        "advice": advise(row=row, report=made, moment=moment),
    }
    return render(request, "truststores/report.html", context)


@dataclass(frozen=True, kw_only=True, slots=True)
class AsOf:
    """What a store says of a certificate today, and would say then."""

    row: ValidationReport
    verdict: str
    line: str
    until: datetime | None


@require_safe
def certificate_as_of(request: HttpRequest, pk: int) -> HttpResponse:
    """What every store would say of a certificate at another moment."""
    certificate = get_object_or_404(Certificate, pk=pk)
    form = MomentForm(request.GET)
    if not form.is_valid():
        tell_moment(request, form)
        return redirect(certificate)
    moment = form.cleaned_data["moment"]
    rows = ValidationReport.objects.filter(certificate=certificate).select_related(
        "certificate", "trust_store"
    )
    answers = []
    for row in rows.order_by("urgency", "pk")[:STORES_SHOWN]:
        made = validate_as_of(row=row, moment=moment).report
        answers.append(
            AsOf(
                row=row,
                verdict=made.verdict.value,
                line=openssl_line(made.decisive) if made.decisive else "",
                until=made.effective_expiry,
            )
        )
    context = {
        "certificate": certificate,
        "moment": moment,
        "form": MomentForm.beginning_at(moment),
        "answers": answers,
    }
    return render(request, "truststores/certificate_as_of.html", context)


@require_POST
@permission_required("jobs.run_job", raise_exception=True)
def foresight_new(request: HttpRequest) -> HttpResponse:
    """Look ahead over the whole inventory: a job finds out what will be broken."""
    form = MomentForm(request.POST)
    if not form.is_valid():
        tell_moment(request, form)
        return redirect("truststores:calendar")
    job = request_foresight(actor=actor_of(request), moment=form.cleaned_data["moment"])
    return redirect("truststores:foresight", pk=job.pk)


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeseenGroup:
    """What one cause breaks: the first reports of `count`."""

    title: str
    url: str
    verdict: str
    line: str
    count: int
    reports: tuple[ValidationReport, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.reports)


@require_safe
def foresight(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What will be broken on a day that works now, by cause."""
    job = get_object_or_404(Job.objects.select_related("actor"), pk=pk, kind="foresee")
    moment = datetime.fromisoformat(job.params["moment"])
    result = job.result if "groups" in job.result else None
    context: dict[str, Any] = {
        "job": job,
        "moment": moment,
        "progress": job.progress,
        "reason": sentence_of(job.error_code, job.error_data),
        "result": result,
        "form": MomentForm.beginning_at(moment),
        "compared": job.started_at or job.created_at,
        "is_past": moment <= (job.started_at or timezone.now()),
    }
    if result is not None:
        groups = _groups(result)
        mended = list(_rows(result["mended_reports"][:REPORTS_SHOWN]).values())
        shown = [*mended, *(row for group in groups for row in group.reports)]
        context |= {
            "groups": groups,
            "mended": mended,
            "more_mended": result["mended"] - len(mended),
            "uses": uses_of("certificate", {row.certificate_id for row in shown}),
        }
    return render_page(
        request, "truststores/foresight.html", context, fragment="truststores/_foresight.html"
    )


def _groups(result: dict[str, Any]) -> list[ForeseenGroup]:
    rows = _rows([pk for group in result["groups"] for pk in group["reports"][:REPORTS_SHOWN]])
    digests = {group["sha256"] for group in result["groups"]} - {""}
    urls: dict[str, str] = {}
    for certificate in Certificate.objects.filter(sha256__in=digests).only("pk", "sha256"):
        urls[certificate.sha256] = certificate.get_absolute_url()
    for crl in Crl.objects.filter(sha256__in=digests).only("pk", "sha256"):
        urls[crl.sha256] = crl.get_absolute_url()
    return [
        ForeseenGroup(
            title=headline(_cause(group)),
            url=urls.get(group["sha256"], ""),
            verdict=group["verdict"],
            line=f"error {group['number']} at {group['depth']} depth lookup: {group['text']}"
            if group["number"] is not None
            else "",
            count=group["count"],
            reports=tuple(rows[pk] for pk in group["reports"][:REPORTS_SHOWN] if pk in rows),
        )
        for group in result["groups"]
    ]


def _cause(group: dict[str, Any]) -> Cause:
    return Cause(
        kind=CauseKind(group["kind"]),
        name=group["name"],
        sha256=group["sha256"],
        number=group["number"],
        depth=group["depth"],
        text=group["text"],
    )


def _rows(pks: list[int]) -> dict[int, ValidationReport]:
    return ValidationReport.objects.select_related("certificate", "trust_store").in_bulk(pks)
