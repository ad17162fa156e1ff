"""Rehearsals of a connection: asking for one, what came of it, and the list of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from endpoints.errors import EndpointRefused
from endpoints.forms.rehearsal_form import RehearsalForm, initial_from
from endpoints.forms.token_form import TokenForm
from endpoints.lists import REHEARSALS
from endpoints.models import Account, Rehearsal, Service
from endpoints.rehearsal_specs import RehearsalOrder
from endpoints.services.read_chain import read_chain
from endpoints.services.rehearse import rehearse
from endpoints.shown_rehearsal import in_short, shown_rehearsal
from endpoints.shown_service import shown_service
from endpoints.texts import refusal_text
from endpoints.views.form_steps import named_in_address
from endpoints.views.right import RIGHT
from pki.handshake.inputs import TlsVersion
from pki.key_faces import key_faces
from truststores.views.actor import actor_of
from ui.http import render_page

_FIELDS = {"rehearsal.no_tls": "service"}


@require_safe
def rehearsals(request: HttpRequest) -> HttpResponse:
    """Every rehearsal that is kept, newest first."""
    rows = Rehearsal.objects.select_related("service", "account", "actor")
    page = REHEARSALS.page(request, rows)
    context = {
        "page": page,
        "lines": [(one, in_short(one)) for one in page.rows],
        "service": named_in_address(request, "service", Service.objects.all()),
        "account": named_in_address(request, "account", Account.objects.all()),
    }
    return render_page(
        request, "endpoints/rehearsals.html", context, fragment="endpoints/_rehearsal_rows.html"
    )


@sensitive_post_parameters("pasted")
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def rehearsal_new(request: HttpRequest) -> HttpResponse:
    """Choose who connects to what, and see what would happen."""
    initial = initial_from(
        named_in_address(request, "service", Service.objects.all()),
        named_in_address(request, "account", Account.objects.all()),
    )
    form = RehearsalForm(request.POST or None, initial=initial)
    if request.method != "POST":
        return _form_page(request, form)
    if (again := form.typed_again(request.POST.get("act", "save"))) is not None:
        return _form_page(request, again)
    if form.is_valid():
        try:
            text = form.pasted_text
            order = form.to_spec(read_chain(text) if text else ())
            made = rehearse(
                actor=actor_of(request), order=order, token=form.to_token(), request=request
            )
        except EndpointRefused as refusal:
            field = "pasted" if "paste" in refusal.code else _FIELDS.get(refusal.code)
            form.add_error(field, refusal_text(refusal.code, refusal.data))
        else:
            return redirect(made)
    return _form_page(request, form, status=400)


@require_safe
def rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of a rehearsal; `way` names one of several to show in full."""
    row = get_object_or_404(
        Rehearsal.objects.select_related(
            "service__client_store", "service__server_store", "account", "actor"
        ),
        pk=pk,
    )
    same = Rehearsal.objects.filter(
        service=row.service, account=row.account, pasted=row.pasted
    ).select_related("service", "account")
    context = {
        "rehearsal": row,
        "service": row.service,
        "account": row.account,
        "shown": shown_rehearsal(row, _number(request)),
        "newest": same.filter(made_at__gt=row.made_at).first(),
        "earlier": [(one, in_short(one)) for one in same.filter(made_at__lt=row.made_at)[:5]],
        "token": uuid.uuid4(),
        "permissions": request.user.get_all_permissions(),
    }
    return render_page(request, "endpoints/rehearsal.html", context)


@require_POST
@permission_required(RIGHT, raise_exception=True)
def rehearsal_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same connection as things stand now."""
    row = get_object_or_404(Rehearsal, pk=pk)
    version = row.outcome["version"]
    try:
        made = rehearse(
            actor=actor_of(request),
            order=RehearsalOrder(
                service_id=row.service_id,
                account_id=row.account_id,
                chain=read_chain(row.pasted) if row.pasted else (),
                version=TlsVersion(version) if version else None,
            ),
            token=TokenForm.of(request.POST),
            request=request,
        )
    except EndpointRefused as refusal:
        messages.error(request, refusal_text(refusal.code, refusal.data))
        return redirect(row)
    return redirect(made)


def _number(request: HttpRequest) -> int | None:
    text = request.GET.get("way", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def _form_page(request: HttpRequest, form: RehearsalForm, status: int = 200) -> HttpResponse:
    context = {"form": form, **_over_ssh(form)}
    return render_page(request, "endpoints/rehearsal_form.html", context, status=status)


def _over_ssh(form: RehearsalForm) -> dict[str, Any]:
    """What is compared instead of certificates, where the chosen service speaks SSH."""
    service = Service.objects.filter(pk__in=_ids(form["service"].value())).first()
    if service is None or service.speaks_tls:
        return {}
    account = Account.objects.filter(pk__in=_ids(form["account"].value())).first()
    keys = account.ssh_keys.select_related("private_key", "public_key") if account else []
    return {
        "service": service,
        "account": account,
        "ssh": shown_service(service, moment=timezone.now()),
        "account_keys": [(one.key, key_faces(bytes(one.key.spki)).ssh) for one in keys],
    }


def _ids(values: Sequence[str] | None) -> list[int]:
    return [int(one) for one in values or () if one.isascii() and one.isdigit() and len(one) < 19]
