"""A certificate as plain facts, parsed once at the door (RFC 5280, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pki.findings import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class AltName:
    """One subjectAltName entry (RFC 5280, section 4.2.1.6).

    `kind` is `dns`, `ip`, `email`, `uri`, `dirname`, `rid`, `upn` or `other`; `value` is text safe
    to store anywhere (no NUL, no control characters; DNS names in lower case, A-labels kept;
    addresses in canonical form; others escaped).
    """

    kind: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateFacts:
    """Everything that pages and queries need of a certificate. Never raises after it was built.

    Digests and identifiers are lower-case hex without separators; `serial` is lower-case hex
    without leading zeros, with `-` in front when negative. Names are RFC 4514 text with control
    characters escaped. `subject_sha256` and `issuer_sha256` digest the canonical encoding of the
    name, so that two names are equal here exactly when OpenSSL takes them as equal
    (`X509_NAME_cmp`). Moments are aware, in UTC, and clamped to years 1 to 9999.
    """

    der: bytes
    sha256: str
    sha1: str
    version: int
    serial: str
    subject: str
    issuer: str
    subject_sha256: str
    issuer_sha256: str
    cn: str
    organization: str
    ski: str
    aki: str
    aki_serial: str
    not_before: datetime
    not_after: datetime
    is_ca: bool
    path_length: int | None
    self_issued: bool
    key_algorithm: str
    key_size: int
    signature_algorithm: str
    spki_sha256: str
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    alt_names: tuple[AltName, ...]
    ocsp_urls: tuple[str, ...]
    ca_issuer_urls: tuple[str, ...]
    crl_urls: tuple[str, ...]
    findings: tuple[Finding, ...]
