from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from certificates.models import Certificate
from endpoints.errors import EndpointRefused
from endpoints.forms.account_form import AccountForm, initial_from, initial_of
from endpoints.lists import ACCOUNTS, account_rows
from endpoints.models import Account, Service
from endpoints.services.change_account import change_account
from endpoints.services.create_account import create_account
from endpoints.services.delete_account import delete_account
from endpoints.services.find_successor import find_successor
from endpoints.shown_ssh import authorized_keys_of
from endpoints.texts import refusal_text
from endpoints.views.form_steps import named_in_address, pasted_keys_of, tell
from endpoints.views.right import RIGHT
from pki.key_faces import key_faces
from truststores.forms.stores import RevisionForm
from truststores.views.actor import actor_of
from ui.http import render_page
from ui.panels import panels_for


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account, and whether it gets in."""
    page = ACCOUNTS.page(request, account_rows())
    return render_page(
        request, "endpoints/accounts.html", {"page": page}, fragment="endpoints/_account_rows.html"
    )


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: whether it gets in, with what, and where."""
    shown = get_object_or_404(Account.objects.select_related("partner"), pk=pk)
    held = shown.certificates.select_related("certificate__replaced_by").order_by("pk")
    certificates = [one.certificate for one in held]
    keys = [one.key for one in shown.ssh_keys.select_related("private_key", "public_key")]
    context = {
        "account": shown,
        "certificates": [(one, find_successor(one)) for one in certificates],
        "authorized_keys": authorized_keys_of(shown),
        "ssh_keys": [(one, key_faces(bytes(one.spki)).ssh) for one in keys],
        "services": shown.services.order_by("name"),
        "namesakes": Account.objects.like(shown.name),
        "panels": panels_for("account", request, shown),
    }
    return render_page(request, "endpoints/account.html", context)


@sensitive_post_parameters("pasted_keys")
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def account_new(request: HttpRequest) -> HttpResponse:
    """Describe a new account."""
    initial = initial_from(
        named_in_address(request, "certificate", Certificate.objects.all()),
        named_in_address(request, "service", Service.objects.all()),
    )
    form = AccountForm(request.POST or None, initial=initial)
    if request.method != "POST":
        return _form_page(request, form)
    if (again := form.typed_again(request.POST.get("act", "save"))) is not None:
        return _form_page(request, again)
    if form.is_valid():
        try:
            made = create_account(
                actor=actor_of(request),
                spec=form.to_spec(pasted_keys_of(request, form)),
                token=form.to_token(),
                request=request,
            )
        except EndpointRefused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, f"The account “{made.name}” is described.")
            return redirect(made)
    return _form_page(request, form, status=400)


@sensitive_post_parameters("pasted_keys")
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Describe an account anew."""
    shown = get_object_or_404(Account, pk=pk)
    form = AccountForm(request.POST or None, initial=initial_of(shown), account=shown)
    if request.method != "POST":
        return _form_page(request, form, shown)
    if (again := form.typed_again(request.POST.get("act", "save"))) is not None:
        return _form_page(request, again, shown)
    if form.is_valid():
        try:
            change_account(
                actor=actor_of(request),
                account_id=shown.pk,
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
def account_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an account, after saying what goes with it."""
    shown = get_object_or_404(Account, pk=pk)
    if request.method == "POST":
        try:
            delete_account(
                actor=actor_of(request),
                account_id=shown.pk,
                revision=RevisionForm.of(request.POST) or 0,
                request=request,
            )
        except EndpointRefused as refusal:
            messages.error(request, refusal_text(refusal.code, refusal.data))
            return redirect(shown)
        messages.success(request, f"The account “{shown.name}” is deleted.")
        return redirect("endpoints:accounts")
    return render_page(request, "endpoints/account_delete.html", {"account": shown})


def _form_page(
    request: HttpRequest, form: AccountForm, shown: Account | None = None, status: int = 200
) -> HttpResponse:
    form.submit_label = "Save" if shown else "Create the account"
    form.cancel_url = shown.get_absolute_url() if shown else reverse("endpoints:accounts")
    context = {"form": form, "account": shown}
    return render_page(request, "endpoints/account_form.html", context, status=status)
