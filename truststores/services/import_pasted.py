from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.services.write_crls import write_crls
from certificates.services.write_rows import known_certificates, write_certificates
from jobs.services.request_job import request_job
from pki.certificate import CertificateFacts
from pki.crl import CrlFacts
from pki.errors import LimitExceeded, SandboxKilled
from pki.formats.blocks import BlockKind
from pki.formats.bundle import Block
from pki.limits import DEFAULT, MEBIBYTE
from pki.sandbox.blocks import stream_blocks
from truststores.errors import StoreChangeRefused
from truststores.models import Role, TrustStore
from truststores.services.add_crls import keep_considered
from truststores.specs import NewMember

# A trust store is narrow. Whoever has thousands imports them, and chooses from the inventory.
PASTE_LIMITS = replace(
    DEFAULT,
    input_bytes=4 * MEBIBYTE,
    blocks=500,
    sandbox_cpu_seconds=10,
    sandbox_wall_seconds=20.0,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pasted:
    """What came of a paste: what a store may take of it, and the blocks that were not taken."""

    additions: tuple[NewMember, ...]
    crl_ids: tuple[int, ...]
    rejected: tuple[Block, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing in it for a store."""
        return not self.additions and not self.crl_ids

    @property
    def holds_private_key(self) -> bool:
        return any(block.kind is BlockKind.PRIVATE_KEY for block in self.rejected)


@transaction.atomic
def import_pasted(
    *,
    actor: User | None,
    store: TrustStore,
    content: bytes,
    role: Role | None = None,
    request: HttpRequest | None = None,
) -> Pasted:
    """Bring pasted certificates and CRLs into the inventory; nothing is trusted by that.

    Nor does a newer CRL take the place of an older one by itself, as one that is imported does:
    whoever pastes it into a store decides about it there, in the preview.
    The bytes are opened in the same sandbox as those of an import and by the same rules; where
    nothing in them is for a store, nothing is written. Raises `StoreChangeRefused` where there is
    too much of it.
    """
    blocks = _read(content)
    certificates = [block.certificate for block in blocks if block.certificate is not None]
    crls = [block.crl for block in blocks if block.crl is not None]
    rejected = tuple(block for block in blocks if block.rejected is not None)
    if not certificates and not crls:
        return Pasted(additions=(), crl_ids=(), rejected=rejected)
    pasted = Pasted(
        additions=tuple(_written(certificates, role)) if certificates else (),
        crl_ids=tuple(_written_crls(crls)) if crls else (),
        rejected=rejected,
    )
    keep_considered(store=store, crl_ids=pasted.crl_ids)
    request_job(kind="validate", actor=actor)
    record(
        actor=actor,
        action="trust_store.pasted",
        subject=store,
        data={"certificates": len(pasted.additions), "crls": len(pasted.crl_ids)},
        request=request,
    )
    return pasted


def _read(content: bytes) -> list[Block]:
    try:
        return [block for batch in stream_blocks(content, limits=PASTE_LIMITS) for block in batch]
    except LimitExceeded as error:
        raise StoreChangeRefused("paste.limit_exceeded", **error.data) from error
    except SandboxKilled as error:
        raise StoreChangeRefused("paste.not_readable", **error.data) from error


def _written(certificates: Sequence[CertificateFacts], role: Role | None) -> list[NewMember]:
    write_certificates(certificates, job_id=None)
    known = known_certificates({facts.sha256 for facts in certificates})
    return [NewMember(certificate_id=pk, role=role) for pk in sorted(known.values())]


def _written_crls(crls: Sequence[CrlFacts]) -> list[int]:
    _, known = write_crls(crls)
    return sorted({known[facts.sha256] for facts in crls})
