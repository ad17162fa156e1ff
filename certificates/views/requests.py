from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from certificates.forms.reply_form import FillForm, ReplyForm
from certificates.forms.request_form import RequestForm, SelfSignedForm, initial_of
from certificates.key_refusals import KeyRefused
from certificates.key_texts import error_said, key_said
from certificates.lists import REQUESTS
from certificates.models import (
    Certificate,
    CertificateRequest,
    PrivateKey,
    RequestState,
)
from certificates.orders import errors_of, warnings_of
from certificates.request_refusals import OrderRefused, ReplyRefused, RequestClosed
from certificates.request_texts import LEFT_OUT_CA, field_label, told, told_of
from certificates.services.attach_reply import attach_reply
from certificates.services.build_chain import build_chain
from certificates.services.check_order import check_order
from certificates.services.create_request import create_request
from certificates.services.make_self_signed_files import make_certificate_file
from certificates.services.mark_request_sent import mark_request_sent
from certificates.services.read_similar import read_similar
from certificates.services.withdraw_request import withdraw_request
from certificates.services.write_openssl_config import write_openssl_config
from certificates.specs import Upload
from jobs.error_texts import sentence_of
from pki.csr.build import RequestNotBuilt
from pki.csr.spec import alt_names_of, common_name_of, extended_key_usage_of, key_usage_of
from pki.errors import LimitExceeded, NotDecodable, SandboxKilled
from pki.formats.write import read_back, safe_file_name, write_pem
from pki.openssl_config import CONFIG_FILE, REQUEST_FILE, NoOpensslForm
from pki.replies import Comparison
from pki.similar import Similar, similar
from ui.http import attachment, render_page, wants_fragment
from ui.row_ids import row_id

RIGHT = "certificates.create_request"
_PEM_LABEL = "CERTIFICATE REQUEST"
_CONFIG_SALT = "certificates.request_openssl"
_CONFIG_AGE = 12 * 3600
_NAMES_SHOWN = 200
_FOUND_SHOWN = 5


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The requests and self-signed certificates that were made here."""
    rows = CertificateRequest.objects.select_related("key", "certificate")
    page = REQUESTS.page(request, rows)
    return render_page(
        request,
        "certificates/requests/requests.html",
        {"page": page},
        fragment="certificates/requests/_rows.html",
    )


# The form ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def request_new(request: HttpRequest) -> HttpResponse:
    """Ask for a certificate: the form, more rows of it, the way by openssl, or the request."""
    return _order(request, RequestForm)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def self_signed_new(request: HttpRequest) -> HttpResponse:
    """The same for a certificate that its own key signs."""
    return _order(request, SelfSignedForm)


def _order(request: HttpRequest, form_class: type[RequestForm]) -> HttpResponse:
    if request.method != "POST":
        begun = _begun(request)
        return _form_page(request, form_class(initial=begun.initial), begun.left_out)
    form = form_class(request.POST)
    act = request.POST.get("act", "")
    if act == "more_rows":
        typed = form_class(initial={name: form[name].value() for name in form.fields})
        typed.more_rows()
        return _form_page(request, typed)
    if not form.is_valid():
        return _form_page(request, form, status=400)
    if act == "config" and not form.is_self_signed:
        return _config_page(request, form)
    try:
        row = create_request(
            actor=_actor(request),
            order=form.to_order(),
            token=form.to_token(),
            accepted=form.cleaned_data["accepted"],
            request=request,
        )
    except OrderRefused as refused:
        form.tell(refused.findings)
    except KeyRefused as refused:
        form.add_error("key", f"{refused.says} {refused.advice}".strip())
    except RequestNotBuilt as error:
        form.add_error(None, " ".join(error_said(error)))
    else:
        return redirect(row)
    return _form_page(request, form, status=400)


def _form_page(
    request: HttpRequest, form: RequestForm, left_out: tuple[str, ...] = (), status: int = 200
) -> HttpResponse:
    context = {"form": form, "left_out": left_out}
    return render_page(request, "certificates/requests/request_new.html", context, status=status)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Begun:
    """What a form begins with, and what of its model could not be taken over."""

    initial: dict[str, Any]
    left_out: tuple[str, ...] = ()


def _begun(request: HttpRequest) -> _Begun:
    """From the address: like a certificate or request, as its renewal, or for a key."""
    if (old := _named(request, "renews")) is not None:
        certificate = get_object_or_404(Certificate.objects.select_related("encoded"), pk=old)
        begun = _from(similar(bytes(certificate.encoded.der)))
        key = PrivateKey.objects.filter(spki_sha256=certificate.spki_sha256).first()
        return _Begun(
            initial={
                **begun.initial,
                "replaces": certificate.pk,
                "key": key.pk if key is not None else None,
            },
            left_out=begun.left_out,
        )
    if (old := _named(request, "certificate")) is not None:
        certificate = get_object_or_404(Certificate.objects.select_related("encoded"), pk=old)
        return _from(similar(bytes(certificate.encoded.der)))
    if (old := _named(request, "request")) is not None:
        row = get_object_or_404(CertificateRequest, pk=old)
        return _Begun(initial=initial_of(row.request_spec))
    if (old := _named(request, "key")) is not None:
        return _Begun(initial={"key_choice": "existing", "key": old})
    return _Begun(initial={})


def _from(found: Similar) -> _Begun:
    left_out = tuple(LEFT_OUT_CA if what == "ca" else what for what in found.left_out)
    return _Begun(initial=initial_of(found.spec), left_out=left_out)


def _named(request: HttpRequest, parameter: str) -> int | None:
    return row_id(request.GET.get(parameter, ""))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def request_fill(request: HttpRequest) -> HttpResponse:
    """Fill the form from a request or certificate that somebody has as a file."""
    form = FillForm(
        request.POST or None,
        request.FILES or None,
        initial={"self_signed": "self_signed" in request.GET},
    )
    if request.method == "POST" and form.is_valid():
        try:
            begun = _from(read_similar(form.to_uploads()))
        except (NotDecodable, LimitExceeded, SandboxKilled) as error:
            form.add_error(None, " ".join(error_said(error)))
        else:
            wanted = SelfSignedForm if form.cleaned_data["self_signed"] else RequestForm
            return _form_page(request, wanted(initial=begun.initial), begun.left_out)
    status = 400 if request.method == "POST" else 200
    return render_page(
        request, "certificates/requests/request_fill.html", {"form": form}, status=status
    )


# With openssl, elsewhere -------------------------------------------------------------------------


def _config_page(request: HttpRequest, form: RequestForm) -> HttpResponse:
    """How to make key and request with openssl, without a key of this console."""
    order = form.to_order()
    findings = check_order(order, moment=timezone.now())
    if errors_of(findings):
        form.tell(findings)
        return _form_page(request, form, status=400)
    try:
        made = write_openssl_config(order)
    except NoOpensslForm as error:
        form.add_error(None, " ".join(error_said(error)))
        return _form_page(request, form, status=400)
    context = {
        "name": order.name,
        "made": made,
        "config_file": CONFIG_FILE,
        "request_file": REQUEST_FILE,
        "warnings": [key_said(one) for one in warnings_of(findings)],
        "signed": signing.dumps(made.config, salt=_CONFIG_SALT, compress=True),
    }
    return render_page(request, "certificates/requests/openssl.html", context)


@require_POST
@permission_required(RIGHT, raise_exception=True)
def request_openssl(request: HttpRequest) -> HttpResponse:
    """The configuration that the page before showed, as a file; nothing else can be asked for."""
    try:
        config = signing.loads(
            request.POST.get("config", ""), salt=_CONFIG_SALT, max_age=_CONFIG_AGE
        )
    except signing.BadSignature:
        messages.error(request, "The page was open for too long. Make the configuration again.")
        return redirect("certificates:request_new")
    return attachment(str(config).encode(), CONFIG_FILE, "text/plain")


# One request -------------------------------------------------------------------------------------


@require_safe
def request_shown(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked for, what to send to the CA, and what came back."""
    row = _found(pk)
    if wants_fragment(request) and not _still_waits(row):
        # The page that waited for the key is another one now.
        return HttpResponseClientRefresh()
    return _request_page(request, row, ReplyForm())


@require_safe
def request_of_job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The request that a job makes the key for."""
    return redirect(get_object_or_404(CertificateRequest, job=pk))


def _found(pk: int) -> CertificateRequest:
    rows = CertificateRequest.objects.select_related(
        "key", "certificate", "replaces", "job", "actor", "owner"
    )
    return get_object_or_404(rows, pk=pk)


def _request_page(
    request: HttpRequest,
    row: CertificateRequest,
    form: ReplyForm,
    refused: ReplyRefused | None = None,
    status: int = 200,
) -> HttpResponse:
    spec = row.request_spec
    names = alt_names_of(spec)
    lines = [
        Comparison(field=line["field"], asked=tuple(line["asked"]), got=tuple(line["got"]))
        for line in row.comparison
    ]
    certificate = row.certificate
    algorithm = row.key.algorithm if row.key is not None else row.new_key.partition("-")[0]
    context = {
        "row": row,
        "spec": spec,
        "common_name": common_name_of(spec),
        "names": names[:_NAMES_SHOWN],
        "more_names": max(len(names) - _NAMES_SHOWN, 0),
        "key_usage": key_usage_of(spec, algorithm),
        "extended_key_usage": extended_key_usage_of(spec),
        "pem": _pem(row).decode() if row.sha256 else "",
        "accepted": told_of(row.findings),
        "lines": [(field_label(line), line) for line in lines],
        "changed": sum(line.changed for line in lines),
        "reply_findings": told_of(row.reply_findings),
        "chain": build_chain(certificate, moment=timezone.now()) if certificate else None,
        "here": _here(row),
        "form": form,
        "refused": [told(one) for one in refused.findings] if refused is not None else [],
        "belongs_to": refused.belongs_to if refused is not None else (),
        "progress": row.job.progress if row.job is not None else None,
        "reason": sentence_of(row.job.error_code, row.job.error_data) if row.job else "",
    }
    return render_page(
        request,
        "certificates/requests/request.html",
        context,
        fragment="certificates/requests/_waiting.html" if _still_waits(row) else None,
        status=status,
    )


def _still_waits(row: CertificateRequest) -> bool:
    return row.state == RequestState.WAITING


def _here(row: CertificateRequest) -> list[Certificate]:
    """Certificates of the inventory for the request's key that are not its reply."""
    if row.key is None or not row.may_be_answered:
        return []
    found = Certificate.objects.filter(spki_sha256=row.key.spki_sha256)
    if row.certificate_id is not None:
        found = found.exclude(pk=row.certificate_id)
    return list(found.order_by("-not_before")[:_FOUND_SHOWN])


@require_safe
def request_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The PKCS#10, in PEM or DER."""
    row = _found(pk)
    form = request.GET.get("form", "pem")
    if not row.sha256 or form not in ("pem", "der"):
        raise Http404
    if form == "der":
        name = safe_file_name(row.name, suffix=".csr")
        return attachment(bytes(row.encoded.der), name, "application/pkcs10")
    name = safe_file_name(row.name, suffix="-request.pem")
    return attachment(_pem(row), name, "application/x-pem-file")


@require_safe
def request_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """`certificate.pem` of a self-signed certificate."""
    row = _found(pk)
    if not row.is_self_signed or row.certificate is None:
        raise Http404
    made = make_certificate_file(row)
    return attachment(made.content, made.file_name, made.content_type)


def _pem(row: CertificateRequest) -> bytes:
    der = bytes(row.encoded.der)
    written = write_pem([der], label=_PEM_LABEL)
    read_back(written, [der])
    return written


@require_POST
@permission_required(RIGHT, raise_exception=True)
def request_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it went to the CA."""
    row = _found(pk)
    mark_request_sent(actor=_actor(request), certificate_request=row, request=request)
    return redirect(row)


@require_POST
@permission_required(RIGHT, raise_exception=True)
def request_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that no reply is waited for any more."""
    row = _found(pk)
    if withdraw_request(actor=_actor(request), certificate_request=row, request=request):
        messages.success(request, "Withdrawn. Its key stays in the key store.")
    return redirect(row)


@require_POST
@permission_required(RIGHT, raise_exception=True)
def request_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach what the CA sent, or a certificate that is in the inventory already."""
    row = _found(pk)
    if (chosen := row_id(request.POST.get("certificate", ""))) is not None:
        known = get_object_or_404(_candidates(row), pk=chosen)
        form = ReplyForm()
        uploads = [Upload(name="", content=bytes(known.encoded.der))]
    else:
        form = ReplyForm(request.POST, request.FILES)
        if not form.is_valid():
            return _request_page(request, row, form, status=400)
        uploads = form.to_uploads()
    try:
        attach_reply(
            actor=_actor(request), certificate_request=row, uploads=uploads, request=request
        )
    except ReplyRefused as refused:
        return _request_page(request, row, form, refused, status=400)
    except RequestClosed:
        messages.error(request, "This request takes no reply.")
    except (LimitExceeded, SandboxKilled) as error:
        messages.error(request, _too_much(error))
    else:
        messages.success(
            request, "The reply is attached, and everything in it is in the inventory."
        )
    return redirect(row)


def _candidates(row: CertificateRequest) -> Any:
    digest = row.key.spki_sha256 if row.key is not None else ""
    return Certificate.objects.select_related("encoded").filter(spki_sha256=digest)


def _too_much(error: LimitExceeded | SandboxKilled) -> str:
    if isinstance(error, LimitExceeded):
        limit = str(error.data["limit"]).replace("_", " ")
        return (
            f"The reply is more than is opened here: its {limit} are {error.data['value']}, the "
            f"most is {error.data['maximum']}. Send only the certificate and its issuers."
        )
    return (
        "Reading the reply was stopped, because it took too much. Send only the certificate and "
        "its issuers."
    )


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the permission was checked before)
    return request.user
