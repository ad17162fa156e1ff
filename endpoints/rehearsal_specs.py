"""What the form of a rehearsal asks for, as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pki.handshake.inputs import TlsVersion


class RehearsalClient(StrEnum):
    """Who connects."""

    ACCOUNT = "account"
    PASTED = "pasted"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True, slots=True)
class PastedCertificate:
    """A certificate of a chain that somebody pasted."""

    der: bytes
    sha256: str
    spki_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RehearsalOrder:
    """A connection to try: with an account, with a chain as it was pasted, or with no certificate.

    `version` holds both sides to one version of TLS; None leaves it to OpenSSL.
    """

    service_id: int
    account_id: int | None = None
    chain: tuple[PastedCertificate, ...] = ()
    version: TlsVersion | None = None
