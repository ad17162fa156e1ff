"""Probes: asking for one, what it found, and what follows from it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from certificates.key_texts import error_said, key_said
from certificates.services.import_keys import NothingToKeep
from endpoints.errors import EndpointRefused
from endpoints.forms.token_form import TokenForm
from endpoints.lists import PROBES
from endpoints.models import Probe, ProbeState, Service
from endpoints.probe_panels import what_was_found
from endpoints.services.accept_presented import accept_presented
from endpoints.services.import_presented import import_presented
from endpoints.services.request_probe import request_probe
from endpoints.shown_probe import show_probe
from endpoints.texts import refusal_text
from endpoints.views.right import RIGHT
from jobs.error_texts import sentence_of
from pki.errors import LimitExceeded, SandboxKilled
from truststores.forms.stores import RevisionForm
from truststores.views.actor import actor_of
from ui.http import render_page

_IMPORTS = "certificates.import_certificates"
_KEYS = "certificates.manage_keys"


@require_POST
@permission_required(RIGHT, raise_exception=True)
def service_probe(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a service now, at each of its addresses."""
    service = get_object_or_404(Service, pk=pk)
    probes = request_probe(actor=actor_of(request), service_id=service.pk, request=request)
    if not probes:
        messages.error(request, "It has no address yet. Add one, and probe it then.")
        return redirect(service)
    if len(probes) == 1:
        return redirect(probes[0])
    messages.success(request, f"Looking at {len(probes)} addresses.")
    return redirect("endpoints:service_probes", pk=service.pk)


@require_safe
def service_probes(request: HttpRequest, pk: int) -> HttpResponse:
    """Every probe of a service that is kept, newest first."""
    service = get_object_or_404(Service, pk=pk)
    rows = Probe.objects.filter(service=service).defer("presented", "pem")
    page = PROBES.page(request, rows)
    context = {
        "service": service,
        "page": page,
        "lines": [(one, what_was_found(one)) for one in page.rows],
        "polls": any(one.state == ProbeState.RUNNING for one in page.rows),
    }
    return render_page(
        request, "endpoints/probes.html", context, fragment="endpoints/_probe_rows.html"
    )


@require_safe
def probe_of_job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """From a job to the probe that it made."""
    return redirect(get_object_or_404(Probe, job=pk))


@require_safe
def probe(request: HttpRequest, pk: int) -> HttpResponse:
    """One look at a service: what it presented beside what it should."""
    shown = get_object_or_404(Probe.objects.select_related("service", "job", "import_job"), pk=pk)
    job, importing = shown.job, shown.import_job
    is_importing = importing is not None and not importing.has_ended
    is_running = shown.ended_at is None and job is not None and not job.has_ended
    earlier = Probe.objects.filter(service=shown.service, host=shown.host).exclude(pk=shown.pk)
    context = {
        "probe": shown,
        "service": shown.service,
        "shown": show_probe(shown, moment=timezone.now()) if shown.ended_at else None,
        "is_running": is_running,
        "is_importing": is_importing,
        "polls": is_running or is_importing,
        "reason": sentence_of(job.error_code, job.error_data) if job is not None else "",
        "newest": earlier.filter(asked_at__gt=shown.asked_at).order_by("-asked_at").first(),
        "earlier": [
            (one, what_was_found(one))
            for one in earlier.filter(asked_at__lte=shown.asked_at).defer("presented", "pem")[:5]
        ],
        "token": uuid.uuid4(),
        "may_import": request.user.has_perms((_IMPORTS, _KEYS)),
    }
    return render_page(request, "endpoints/probe.html", context, fragment="endpoints/_probe.html")


@require_POST
@permission_required((RIGHT, _IMPORTS, _KEYS), raise_exception=True)
def probe_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring what was seen into the inventory."""
    shown = get_object_or_404(Probe.objects.select_related("service"), pk=pk)
    try:
        import_presented(
            actor=actor_of(request), probe=shown, token=TokenForm.of(request.POST), request=request
        )
    except EndpointRefused as refusal:
        messages.error(request, refusal_text(refusal.code, refusal.data))
    except NothingToKeep as nothing:
        told = key_said(nothing.finding)
        messages.error(request, f"{told.sentence} {told.advice}".strip())
    except (LimitExceeded, SandboxKilled) as error:
        messages.error(request, " ".join(error_said(error)).strip())
    else:
        if not shown.service.speaks_tls:
            messages.success(request, "Imported: the keys stand among the public keys.")
    return redirect(shown)


@require_POST
@permission_required(RIGHT, raise_exception=True)
def probe_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """What was seen is right: the service presents it from now on."""
    shown = get_object_or_404(Probe.objects.select_related("service"), pk=pk)
    try:
        accept_presented(
            actor=actor_of(request),
            probe_id=shown.pk,
            revision=RevisionForm.of(request.POST) or 0,
            request=request,
        )
    except EndpointRefused as refusal:
        messages.error(request, refusal_text(refusal.code, refusal.data))
    else:
        messages.success(request, f"“{shown.service.name}” presents this from now on.")
    return redirect(shown)
