"""What a judgement offers to do about a chain."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from endpoints.errors import EndpointRefused
from endpoints.models import Service
from endpoints.services.send_issuers import send_issuers
from endpoints.texts import refusal_text
from endpoints.views.right import RIGHT
from truststores.forms.stores import RevisionForm
from truststores.views.actor import actor_of


@require_POST
@permission_required(RIGHT, raise_exception=True)
def service_send_issuers(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a service send its issuers from the inventory."""
    shown = get_object_or_404(Service, pk=pk)
    try:
        send_issuers(
            actor=actor_of(request),
            service_id=shown.pk,
            revision=RevisionForm.of(request.POST) or 0,
            request=request,
        )
    except EndpointRefused as refusal:
        messages.error(request, refusal_text(refusal.code, refusal.data))
    else:
        messages.success(
            request, "It sends its issuers from the inventory. Configure the server the same way."
        )
    return redirect(shown)
