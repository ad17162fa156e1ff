"""SSH keys: the files of both sides, and whether a fingerprint is a stored one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from certificates.key_texts import error_said, key_said
from endpoints.forms.fingerprint_form import FingerprintForm
from endpoints.models import Account, Service
from endpoints.services.compare_fingerprint import compare_fingerprint
from endpoints.shown_ssh import authorized_keys_file, known_hosts_file
from pki.errors import LimitExceeded, SandboxKilled
from ui.http import attachment, render_page

_TEXT = "text/plain; charset=utf-8"


@require_safe
def service_known_hosts(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines by which clients know the host keys of a service."""
    service = get_object_or_404(Service, pk=pk)
    lines = known_hosts_file(service, hashed="hashed" in request.GET)
    return attachment(lines.encode(), f"known_hosts-{service.name}", _TEXT)


@require_safe
def service_authorized_keys(request: HttpRequest, pk: int) -> HttpResponse:
    """The SSH keys of all accounts of a service, each under its account's name."""
    service = get_object_or_404(Service, pk=pk)
    lines = authorized_keys_file(service.accounts.order_by("name"))
    return attachment(lines.encode(), f"authorized_keys-{service.name}", _TEXT)


@require_safe
def account_authorized_keys(request: HttpRequest, pk: int) -> HttpResponse:
    """The SSH keys of one account."""
    account = get_object_or_404(Account, pk=pk)
    return attachment(
        authorized_keys_file([account]).encode(), f"authorized_keys-{account.name}", _TEXT
    )


@sensitive_post_parameters("pasted")
@require_http_methods(["GET", "HEAD", "POST"])
def ssh_compare(request: HttpRequest) -> HttpResponse:
    """Whether a fingerprint or a key that somebody pasted equals a stored one. Changes nothing."""
    form = FingerprintForm(request.POST or None, initial=request.GET.dict())
    context: dict[str, Any] = {"form": form, "comparison": None, "owner": None, "refusal": None}
    if request.method == "POST":
        valid = form.is_valid()
        owner = context["owner"] = form.owner()
        if valid:
            try:
                comparison = compare_fingerprint(text=form.cleaned_data["pasted"], owner=owner)
                context["comparison"] = comparison
                if comparison.refusal is not None:
                    # It may be a private key, which is never given back.
                    context["refusal"] = key_said(comparison.refusal)
                    context["form"] = FingerprintForm(initial=_asked_about(owner))
            except (LimitExceeded, SandboxKilled) as error:
                form.add_error("pasted", " ".join(error_said(error)).strip())
    status = 400 if form.is_bound and form.errors else 200
    return render_page(request, "endpoints/ssh_compare.html", context, status=status)


def _asked_about(owner: Service | Account | None) -> dict[str, int]:
    if owner is None:
        return {}
    return {"service" if isinstance(owner, Service) else "account": owner.pk}
