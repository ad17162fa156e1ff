"""What an upload is made of: a piece as it was found, and the block that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pki.certificate import CertificateFacts
from pki.crl import CrlFacts
from pki.findings import Finding

Known = Callable[[Sequence[str]], Collection[str]]
"""Which of these SHA-256 digests of certificates the caller has already."""


class BlockKind(StrEnum):
    """What a block was found to be."""

    CERTIFICATE = "certificate"
    CRL = "crl"
    REQUEST = "request"
    PRIVATE_KEY = "private_key"
    PUBLIC_KEY = "public_key"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One thing found in an upload.

    Exactly one of `certificate`, `crl`, `rejected` and `known` is set. `number` counts from 1 in the order
    of the upload; `line` is the 1-based line of its first byte, 0 in binary input; `container`
    says what it was found in (`pem`, `der`, `pkcs7`, `s_client`, `text`, `base64`, `zip:NAME`).
    `label` is the PEM label or what the content was taken for. `rejected` says why it is not
    taken; a private key's bytes are never part of a block. `known` is the SHA-256 of a certificate
    that the caller said it has: such a one is not parsed again.
    """

    number: int
    line: int
    container: str
    kind: BlockKind
    label: str
    certificate: CertificateFacts | None = None
    crl: CrlFacts | None = None
    rejected: Finding | None = None
    known: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One thing before it is parsed: DER of a certificate or CRL, or the reason to refuse it."""

    line: int
    container: str
    kind: BlockKind
    label: str
    der: bytes = b""
    rejected: Finding | None = None
