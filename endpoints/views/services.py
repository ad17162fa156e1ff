from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from certificates.models import Certificate
from endpoints.errors import EndpointRefused
from endpoints.forms.service_form import ServiceForm, initial_from, initial_of
from endpoints.lists import SERVICES, service_rows
from endpoints.models import Service
from endpoints.services.change_service import change_service
from endpoints.services.create_service import create_service
from endpoints.services.delete_service import delete_service
from endpoints.shown_service import shown_service
from endpoints.texts import refusal_text
from endpoints.views.form_steps import named_in_address, pasted_keys_of, tell
from endpoints.views.right import RIGHT
from truststores.forms.stores import RevisionForm
from truststores.views.actor import actor_of
from ui.http import render_page
from ui.panels import panels_for

ACCOUNTS_SHOWN = 50


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Every service, and whether it works."""
    page = SERVICES.page(request, service_rows())
    return render_page(
        request, "endpoints/services.html", {"page": page}, fragment="endpoints/_service_rows.html"
    )


@require_safe
def service(request: HttpRequest, pk: int) -> HttpResponse:
    """One service: whether it works, what it presents, whom it trusts and who uses it."""
    shown = get_object_or_404(
        Service.objects.select_related(
            "owner",
            "certificate__encoded",
            "certificate__replaced_by",
            "client_store",
            "server_store",
        ),
        pk=pk,
    )
    accounts = shown.accounts.select_related("partner").prefetch_related(
        "certificates__certificate", "ssh_keys"
    )
    context = {
        "service": shown,
        "shown": shown_service(shown, moment=timezone.now()),
        "accounts": accounts.order_by("name")[:ACCOUNTS_SHOWN],
        "account_count": shown.accounts.count(),
        "panels": panels_for("service", request, shown),
    }
    return render_page(request, "endpoints/service.html", context)


@sensitive_post_parameters("pasted_keys")
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def service_new(request: HttpRequest) -> HttpResponse:
    """Describe a new service."""
    presented = named_in_address(request, "certificate", Certificate.objects.all())
    initial = initial_from(presented) if presented else {}
    form = ServiceForm(request.POST or None, initial=initial)
    if request.method != "POST":
        return _form_page(request, form)
    if (again := form.typed_again(request.POST.get("act", "save"))) is not None:
        return _form_page(request, again)
    if form.is_valid():
        try:
            made = create_service(
                actor=actor_of(request),
                spec=form.to_spec(pasted_keys_of(request, form)),
                token=form.to_token(),
                request=request,
            )
        except EndpointRefused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, f"The service “{made.name}” is described.")
            return redirect(made)
    return _form_page(request, form, status=400)


@sensitive_post_parameters("pasted_keys")
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def service_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Describe a service anew."""
    shown = get_object_or_404(Service, pk=pk)
    form = ServiceForm(request.POST or None, initial=initial_of(shown), service=shown)
    if request.method != "POST":
        return _form_page(request, form, shown)
    if (again := form.typed_again(request.POST.get("act", "save"))) is not None:
        return _form_page(request, again, shown)
    if form.is_valid():
        try:
            change_service(
                actor=actor_of(request),
                service_id=shown.pk,
                revision=form.cleaned_data["revision"] or 0,
                spec=form.to_spec(pasted_keys_of(request, form)),
                request=request,
            )
        except EndpointRefused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, "Saved.")
            return redirect(shown)
    return _form_page(request, form, shown, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def service_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a service, after saying what goes with it."""
    shown = get_object_or_404(Service, pk=pk)
    if request.method == "POST":
        try:
            delete_service(
                actor=actor_of(request),
                service_id=shown.pk,
                revision=RevisionForm.of(request.POST) or 0,
                request=request,
            )
        except EndpointRefused as refusal:
            messages.error(request, refusal_text(refusal.code, refusal.data))
            return redirect(shown)
        messages.success(request, f"The service “{shown.name}” is deleted.")
        return redirect("endpoints:services")
    context = {"service": shown, "accounts": shown.accounts.all()[:ACCOUNTS_SHOWN]}
    return render_page(request, "endpoints/service_delete.html", context)


def _form_page(
    request: HttpRequest, form: ServiceForm, shown: Service | None = None, status: int = 200
) -> HttpResponse:
    form.submit_label = "Save" if shown else "Create the service"
    form.cancel_url = shown.get_absolute_url() if shown else reverse("endpoints:services")
    context = {"form": form, "service": shown}
    return render_page(request, "endpoints/service_form.html", context, status=status)
