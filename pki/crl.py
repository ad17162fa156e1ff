"""A certificate revocation list as plain facts (RFC 5280, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pki.findings import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class CrlFacts:
    """Everything that pages and queries need of a CRL. Never raises after it was built.

    Conventions are those of `CertificateFacts`. `number` and `base_number` are decimal text (a CRL
    number has up to 20 octets), empty where absent; `base_number` is set for a delta CRL.
    `next_update` is None where the CRL has none. `scope` holds the flags of its issuing
    distribution point: `user`, `ca`, `attribute`, `indirect`, `reasons`, `named`; empty for a full
    and complete CRL.
    """

    der: bytes
    sha256: str
    issuer: str
    issuer_sha256: str
    aki: str
    number: str
    base_number: str
    this_update: datetime
    next_update: datetime | None
    signature_algorithm: str
    scope: tuple[str, ...]
    revoked_count: int
    findings: tuple[Finding, ...]
