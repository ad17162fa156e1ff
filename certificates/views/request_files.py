"""The two files of a self-signed certificate, its private key among them."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from certificates.forms.request_files_form import RequestFilesForm
from certificates.key_refusals import KeyRefused
from certificates.key_texts import error_said
from certificates.models import CertificateRequest
from certificates.services.make_self_signed_files import make_self_signed_files
from certificates.views.recent_sign_in import sign_in_again, signed_in_lately
from pki.formats.export_key import ExportNotReadBack, PassphraseNotText, PassphraseTooShort
from ui.http import attachment, render_page

_RIGHT = "certificates.export_private_key"


@never_cache
@require_safe
@permission_required(_RIGHT, raise_exception=True)
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def request_files_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask how the key shall be protected in its file, and why it leaves."""
    row = _found(pk)
    return _page(request, row, _form(request, row))


@never_cache
@sensitive_post_parameters("passphrase", "passphrase_again")
@require_POST
@permission_required(_RIGHT, raise_exception=True)
@sensitive_variables("form", "made")
def request_files(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out `certificate_key.pem` and `certificate.pem`."""
    row = _found(pk)
    if not signed_in_lately(request):
        return sign_in_again(reverse("certificates:request_files_form", args=[row.pk]))
    form = _form(request, row)
    if form.is_valid():
        try:
            made = make_self_signed_files(
                actor=_actor(request),
                certificate_request=row,
                order=form.to_order(),
                request=request,
            )
        except KeyRefused as refused:
            form.add_error(None, f"{refused.says} {refused.advice}".strip())
        except (PassphraseTooShort, PassphraseNotText, ExportNotReadBack) as error:
            form.add_error(None, " ".join(error_said(error)).strip())
        else:
            return attachment(made.content, made.file_name, made.content_type)
    return _page(request, row, form)


def _found(pk: int) -> CertificateRequest:
    """A self-signed certificate that was made here; a request has no such files."""
    rows = CertificateRequest.objects.select_related("key", "certificate__encoded")
    return get_object_or_404(rows, pk=pk, self_signed_days__isnull=False, certificate__isnull=False)


def _form(request: HttpRequest, row: CertificateRequest) -> RequestFilesForm:
    user = _actor(request)
    assert row.key is not None  # noqa: S101  (it signed the certificate)
    return RequestFilesForm(
        request.POST or None,
        key=row.key,
        user=user,
        may_be_plain=user.has_perm("certificates.export_plain_key"),
    )


def _page(request: HttpRequest, row: CertificateRequest, form: RequestFilesForm) -> HttpResponse:
    status = 400 if form.is_bound else 200
    context = {"row": row, "form": form}
    return render_page(request, "certificates/requests/files.html", context, status=status)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the permission was checked before)
    return request.user
