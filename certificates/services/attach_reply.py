from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.models import Certificate, CertificateRequest, RequestState
from certificates.request_refusals import ReplyRefused, RequestClosed
from certificates.services.build_chain import build_chain
from certificates.services.settle_answer import settle_answer
from certificates.services.write_crls import write_crls
from certificates.services.write_rows import write_certificates
from certificates.specs import Upload
from pki.certificate import CertificateFacts
from pki.crl import CrlFacts
from pki.csr.read import parse_request
from pki.findings import Finding
from pki.limits import DEFAULT, MEBIBYTE
from pki.replies import ReplyMatch, match_reply
from pki.sandbox.blocks import stream_blocks

# A reply is a chain of a few certificates; somebody waits for the answer while it is read.
REPLY_LIMITS = replace(
    DEFAULT,
    input_bytes=10 * MEBIBYTE,
    blocks=500,
    sandbox_cpu_seconds=5,
    sandbox_wall_seconds=6.0,
    sandbox_memory_bytes=1024 * MEBIBYTE,
)
_FINDINGS_TOLD = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class _Brought:
    certificates: tuple[CertificateFacts, ...]
    crls: tuple[CrlFacts, ...]
    rejected: tuple[Finding, ...]


def attach_reply(
    *,
    actor: User,
    certificate_request: CertificateRequest,
    uploads: Sequence[Upload],
    request: HttpRequest | None = None,
) -> CertificateRequest:
    """Take what the CA sent as the answer to a request; all of it comes into the inventory.

    Everything is read in the sandbox. The certificate for the request's key becomes its answer, and
    what the CA changed is written down. Raises `ReplyRefused` when no certificate is for this key,
    `RequestClosed` for a request that takes no reply, and `LimitExceeded` or `SandboxKilled`.
    """
    brought = _read(uploads)
    row = CertificateRequest.objects.select_related("encoded").get(pk=certificate_request.pk)
    if not row.may_be_answered:
        raise RequestClosed
    match = match_reply(brought.certificates, parse_request(bytes(row.encoded.der)))
    if match.certificate is None:
        raise ReplyRefused(
            (*match.findings, *brought.rejected)[:_FINDINGS_TOLD],
            belongs_to=_requests_of(match.other_keys),
        )
    return _attach(actor, row, match, match.certificate, brought, request)


def _read(uploads: Sequence[Upload]) -> _Brought:
    blocks = [
        block
        for upload in uploads
        for batch in stream_blocks(upload.content, name=upload.name, limits=REPLY_LIMITS)
        for block in batch
    ]
    return _Brought(
        certificates=tuple(block.certificate for block in blocks if block.certificate is not None),
        crls=tuple(block.crl for block in blocks if block.crl is not None),
        rejected=tuple(block.rejected for block in blocks if block.rejected is not None),
    )


def _requests_of(keys: Sequence[str]) -> tuple[CertificateRequest, ...]:
    """The requests that these public keys belong to, those that wait for a reply first."""
    found = CertificateRequest.objects.filter(key__spki_sha256__in=keys, self_signed_days=None)
    return tuple(sorted(found.order_by("-pk")[:_FINDINGS_TOLD], key=lambda one: not one.is_open))


@transaction.atomic
def _attach(
    actor: User,
    row: CertificateRequest,
    match: ReplyMatch,
    leaf: CertificateFacts,
    brought: _Brought,
    request: HttpRequest | None,
) -> CertificateRequest:
    row = CertificateRequest.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not row.may_be_answered:
        raise RequestClosed
    if row.certificate is not None and row.certificate.sha256 == leaf.sha256:
        # Sent twice: it is attached already.
        return row
    new = write_certificates(brought.certificates, job_id=None)
    write_crls(brought.crls)
    certificate = Certificate.objects.get(sha256=leaf.sha256)
    chain = build_chain(certificate, moment=timezone.now())
    row.certificate = certificate
    row.state = RequestState.ANSWERED
    row.answered_at = timezone.now()
    row.comparison = [
        {"field": line.field, "asked": list(line.asked), "got": list(line.got)}
        for line in match.comparisons
    ]
    row.reply_findings = [
        found.to_json()
        for found in (*match.findings, *brought.rejected)[:_FINDINGS_TOLD]
        # The inventory may hold what the file does not.
        if not (found.code == "reply.chain_incomplete" and chain.complete)
    ]
    row.save()
    settle_answer(actor=actor, row=row, certificate=certificate, request=request)
    record(
        actor=actor,
        action="request.answered",
        subject=row,
        data={
            "sha256": certificate.sha256,
            "certificates": len(brought.certificates),
            "new": len(new),
            "changed": [line.field for line in match.changes],
            "replaced": row.replaces.sha256 if row.replaces is not None else "",
        },
        request=request,
    )
    return row
