from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.models import Crl, CrlDer, CrlOrigin
from pki.crl import CrlFacts


def write_crls(
    crls: Iterable[CrlFacts],
    *,
    job_id: uuid.UUID | None = None,
    origin: CrlOrigin = CrlOrigin.IMPORTED,
) -> tuple[set[str], dict[str, int]]:
    """Write those that are not here yet: the SHA-256 of the new ones, and the ids of all by theirs.

    To be called in a transaction. Row by row: CRLs come in dozens, certificates in thousands.
    """
    by_digest = {facts.sha256: facts for facts in crls}
    known = dict(Crl.objects.filter(sha256__in=list(by_digest)).values_list("sha256", "id"))
    new: set[str] = set()
    for digest in sorted(by_digest.keys() - known.keys()):
        try:
            with transaction.atomic():
                known[digest] = _write(by_digest[digest], job_id, origin).pk
            new.add(digest)
        except IntegrityError:
            # Somebody else has written it since.
            known[digest] = Crl.objects.get(sha256=digest).pk
    return new, known


def _write(facts: CrlFacts, job_id: uuid.UUID | None, origin: CrlOrigin) -> Crl:
    crl = Crl.objects.create(
        sha256=facts.sha256,
        issuer=facts.issuer,
        issuer_sha256=facts.issuer_sha256,
        aki=facts.aki[:128],
        number=facts.number[:60],
        base_number=facts.base_number[:60],
        this_update=facts.this_update,
        next_update=facts.next_update,
        signature_algorithm=facts.signature_algorithm[:80],
        scope=list(facts.scope),
        revoked_count=facts.revoked_count,
        findings=[found.to_json() for found in facts.findings],
        origin=origin,
        import_job_id=job_id,
        created_at=timezone.now(),
    )
    CrlDer.objects.create(crl=crl, der=facts.der)
    return crl
