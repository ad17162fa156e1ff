from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from audit.services.record import record
from certificates.models import (
    Certificate,
    CertificateRequest,
    KeyOrigin,
    PrivateKey,
    RequestDer,
    RequestState,
)
from certificates.services.settle_answer import settle_answer
from certificates.services.store_private_key import store_private_key
from certificates.services.write_rows import write_certificates
from pki.certificate import parse_certificate
from pki.csr.build import RequestNotBuilt, build_request, build_self_signed, new_serial
from pki.csr.read import parse_request
from pki.csr.spec import alt_names_of


@sensitive_variables("pkcs8")
@transaction.atomic
def fulfil_request(
    *,
    actor: User | None,
    row: CertificateRequest,
    pkcs8: bytes,
    request: HttpRequest | None = None,
) -> None:
    """Sign what a waiting request asks for, and keep key and result: all of it, or nothing.

    A new key is sealed here. A self-signed certificate answers its request at once. Raises
    `RequestNotBuilt`.
    """
    key = row.key or store_private_key(
        actor=actor,
        pkcs8=pkcs8,
        name=row.key_name,
        owner=row.owner,
        origin=KeyOrigin.GENERATED,
        made_for=f"request:{row.made_for}"[:60],
        request=request,
    )
    row.key = key
    if row.self_signed_days is None:
        _write_request(row, key, pkcs8)
    else:
        _write_certificate(row, key, pkcs8, row.self_signed_days)
    row.save()
    if row.certificate is not None:
        settle_answer(actor=actor, row=row, certificate=row.certificate, request=request)
    spec = row.request_spec
    record(
        actor=actor,
        action="request.self_signed" if row.is_self_signed else "request.created",
        subject=row,
        data={
            "key": key.name,
            "spki_sha256": key.spki_sha256,
            "sha256": row.certificate.sha256 if row.certificate is not None else row.sha256,
            "names": [entry.value for entry in alt_names_of(spec)[:50]],
            "days": row.self_signed_days or 0,
            "accepted": [found["code"] for found in row.findings],
            "replaces": row.replaces.sha256 if row.replaces is not None else "",
        },
        request=request,
    )


@sensitive_variables("pkcs8")
def _write_request(row: CertificateRequest, key: PrivateKey, pkcs8: bytes) -> None:
    der = build_request(row.request_spec, pkcs8)
    facts = parse_request(der)
    # Read back before it is kept: what goes to the CA proves possession of this key.
    if facts.spki_sha256 != key.spki_sha256 or facts.signature_valid is not True:
        raise RequestNotBuilt(why="it does not read back as signed with its key")
    RequestDer.objects.create(request=row, der=der)
    row.sha256 = facts.sha256
    row.state = RequestState.CREATED


@sensitive_variables("pkcs8")
def _write_certificate(row: CertificateRequest, key: PrivateKey, pkcs8: bytes, days: int) -> None:
    der = build_self_signed(
        row.request_spec, pkcs8, days=days, now=timezone.now(), serial=new_serial()
    )
    facts = parse_certificate(der)
    if facts.spki_sha256 != key.spki_sha256:
        raise RequestNotBuilt(why="it does not read back as made with its key")
    write_certificates([facts], job_id=None)
    row.certificate = Certificate.objects.get(sha256=facts.sha256)
    row.state = RequestState.ANSWERED
    row.answered_at = timezone.now()
