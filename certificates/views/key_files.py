"""Private keys on their way in and out."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.forms.key_export import KeyExportForm
from certificates.forms.key_import import KeyImportForm
from certificates.key_refusals import KeyRefused
from certificates.key_specs import ExportForm
from certificates.key_texts import error_said, key_said
from certificates.models import KeyImport, Outcome, PrivateKey
from certificates.services.export_private_key import export_private_key
from certificates.services.import_keys import NothingToKeep, import_keys
from certificates.views.recent_sign_in import sign_in_again, signed_in_lately
from pki.errors import LimitExceeded, SandboxKilled
from pki.findings import Finding
from pki.formats.export_key import (
    ExportNotReadBack,
    NoExportForm,
    PassphraseNotText,
    PassphraseTooShort,
)
from ui.http import attachment, render_page

_PASSPHRASE_CODES = frozenset(("keyfile.wrong_passphrase", "keyfile.passphrase_missing"))


@never_cache
@sensitive_post_parameters("passphrase", "pasted")
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("certificates.manage_keys", raise_exception=True)
def key_import(request: HttpRequest) -> HttpResponse:
    """Bring in keys. The file is opened before the answer, in the sandbox, within seconds."""
    form = KeyImportForm(request.POST or None, request.FILES or None, initial=_wanted(request))
    if request.method == "POST" and form.is_valid():
        done = _imported(request, form)
        if done is not None:
            return redirect("certificates:key_import_result", done.pk)
    status = 400 if form.is_bound else 200
    return render_page(request, "certificates/keys/import.html", {"form": form}, status=status)


def _wanted(request: HttpRequest) -> dict[str, str]:
    return {"wanted": "public"} if request.GET.get("wanted") == "public" else {}


def _imported(request: HttpRequest, form: KeyImportForm) -> KeyImport | None:
    """The import; None where the form now says why there is none."""
    try:
        return import_keys(
            actor=_actor(request),
            file=form.to_file(),
            about=form.to_about(),
            token=form.to_token(),
            request=request,
        )
    except NothingToKeep as nothing:
        told = key_said(nothing.finding)
        code = nothing.finding.code
        place = "passphrase" if code in _PASSPHRASE_CODES else None
        form.add_error(place, f"{told.sentence} {told.advice}".strip())
    except (LimitExceeded, SandboxKilled) as error:
        form.add_error(None, " ".join(error_said(error)).strip())
    return None


@require_safe
@permission_required("certificates.manage_keys", raise_exception=True)
def key_import_result(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of a file of keys."""
    done = get_object_or_404(KeyImport.objects.select_related("actor", "certificates_job"), pk=pk)
    items = [
        {**item, "findings": [key_said(Finding.from_json(one)) for one in item.get("findings", ())]}
        for item in done.items
    ]
    counts = [(outcome, sum(i["outcome"] == outcome for i in items)) for outcome in Outcome]
    context = {
        "done": done,
        "items": items,
        "counts": counts,
        "findings": [key_said(Finding.from_json(one)) for one in done.findings],
    }
    return render_page(request, "certificates/keys/import_result.html", context)


@never_cache
@require_safe
@permission_required("certificates.export_private_key", raise_exception=True)
def key_export_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask in what form a private key shall leave, and why."""
    key = get_object_or_404(PrivateKey, pk=pk)
    if not signed_in_lately(request):
        return sign_in_again(reverse("certificates:key_export_form", args=[key.pk]))
    return _export_page(request, key, _export_form(request, key))


@never_cache
@sensitive_post_parameters("passphrase", "passphrase_again")
@require_POST
@permission_required("certificates.export_private_key", raise_exception=True)
@sensitive_variables("form", "made")
def key_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a private key."""
    key = get_object_or_404(PrivateKey, pk=pk)
    if not signed_in_lately(request):
        return sign_in_again(reverse("certificates:key_export_form", args=[key.pk]))
    form = _export_form(request, key)
    if form.is_valid():
        try:
            made = export_private_key(
                actor=_actor(request), key=key, order=form.to_order(), request=request
            )
        except KeyRefused as refused:
            form.add_error(None, f"{refused.says} {refused.advice}".strip())
        except (PassphraseTooShort, PassphraseNotText, NoExportForm, ExportNotReadBack) as error:
            form.add_error(None, " ".join(error_said(error)).strip())
        else:
            return attachment(made.content, made.file_name, made.content_type)
    return _export_page(request, key, form)


def _export_form(request: HttpRequest, key: PrivateKey) -> KeyExportForm:
    user = _actor(request)
    return KeyExportForm(
        request.POST or None,
        key=key,
        user=user,
        may_be_plain=user.has_perm("certificates.export_plain_key"),
    )


def _export_page(request: HttpRequest, key: PrivateKey, form: KeyExportForm) -> HttpResponse:
    context = {"key": key, "form": form, "plain": ExportForm.PLAIN}
    status = 400 if form.is_bound else 200
    return render_page(request, "certificates/keys/export.html", context, status=status)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the permission was checked before)
    return request.user
