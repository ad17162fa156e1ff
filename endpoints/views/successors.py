from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from endpoints.errors import EndpointRefused
from endpoints.forms.successor_form import SuccessorForm
from endpoints.models import Account, Service
from endpoints.services.accept_successor import accept_successor
from endpoints.services.present_successor import present_successor
from endpoints.texts import refusal_text
from endpoints.views.right import RIGHT
from truststores.forms.stores import RevisionForm
from truststores.views.actor import actor_of


@require_POST
@permission_required(RIGHT, raise_exception=True)
def service_present(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a service present what has replaced its certificate."""
    shown = get_object_or_404(Service, pk=pk)
    try:
        after = present_successor(
            actor=actor_of(request),
            service_id=shown.pk,
            revision=RevisionForm.of(request.POST) or 0,
            request=request,
        )
    except EndpointRefused as refusal:
        messages.error(request, refusal_text(refusal.code, refusal.data))
    else:
        messages.success(
            request,
            f"“{shown.name}” presents the new certificate now, “{after}”. Put its files on the "
            "server as well.",
        )
    return redirect(shown)


@require_POST
@permission_required(RIGHT, raise_exception=True)
def account_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an account log in with what has replaced one of its certificates."""
    shown = get_object_or_404(Account, pk=pk)
    form = SuccessorForm(request.POST)
    if not form.is_valid():
        messages.error(request, refusal_text("endpoint.nothing_replaced", {}))
        return redirect(shown)
    try:
        after = accept_successor(
            actor=actor_of(request),
            account_id=shown.pk,
            certificate_id=form.cleaned_data["certificate"],
            revision=form.cleaned_data["revision"],
            request=request,
        )
    except EndpointRefused as refusal:
        messages.error(request, refusal_text(refusal.code, refusal.data))
    else:
        messages.success(request, f"“{shown.name}” logs in with the new certificate, “{after}”.")
    return redirect(shown)
