from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from certificates.finding_texts import said
from certificates.forms.import_form import ImportForm
from certificates.lists import BLOCKS
from certificates.models import ImportBlock, ImportUpload, Outcome
from certificates.services.request_import import request_import
from jobs.error_texts import sentence_of
from jobs.models import Job
from pki.findings import Finding
from pki.limits import DEFAULT
from ui.http import render_page
from ui.uploads import size_text


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("certificates.import_certificates", raise_exception=True)
def import_certificates(request: HttpRequest) -> HttpResponse:
    """Bring in certificates and CRLs."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)  # noqa: S101  (the permission was checked before)
        job = request_import(
            actor=request.user,
            files=form.to_uploads(),
            pasted=form.cleaned_data["pasted"],
            token=form.to_token(),
            request=request,
        )
        return redirect("certificates:import_result", job.pk)
    context = {
        "form": form,
        "most_bytes": size_text(settings.UPLOAD_MAX_BYTES),
        "most_blocks": DEFAULT.blocks,
    }
    status = 400 if form.is_bound else 200
    return render_page(request, "certificates/import.html", context, status=status)


@require_safe
def import_result(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far an import is, and what became of every block."""
    job = get_object_or_404(Job.objects.select_related("actor"), pk=pk, kind="import")
    page = BLOCKS.page(
        request, ImportBlock.objects.filter(job=job).select_related("certificate", "crl")
    )
    uploads = {
        upload.number: upload
        for upload in ImportUpload.objects.filter(job=job).defer("sealed").order_by("number")
    }
    counted = dict(
        ImportBlock.objects.filter(job=job)
        .order_by()
        .values_list("outcome")
        .annotate(count=Count("pk"))
    )
    context = {
        "job": job,
        "progress": job.progress,
        "reason": sentence_of(job.error_code, job.error_data),
        "page": page,
        "blocks": [
            {
                "block": block,
                "upload": uploads.get(block.upload_number),
                "why": said(Finding.from_json(block.reason)) if block.reason else None,
            }
            for block in page.rows
        ],
        "several_uploads": len(uploads) > 1,
        "uploads": list(uploads.values())[:20],
        "counts": [(outcome, counted.get(outcome, 0)) for outcome in Outcome],
        "outcome": request.GET.get("outcome", ""),
    }
    wants_rows = getattr(request, "htmx", None) and request.htmx.target == "list"  # type: ignore[attr-defined]  # django-htmx adds it
    fragment = "certificates/_block_rows.html" if wants_rows else "certificates/_import_state.html"
    return render_page(request, "certificates/import_result.html", context, fragment=fragment)
