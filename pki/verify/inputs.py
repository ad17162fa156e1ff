"""What a validation is given: plain values, made by the callers from their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Usage(StrEnum):
    """What the peer wants to use the certificate for; OpenSSL's purpose."""

    SERVER = "server"
    CLIENT = "client"
    ANY = "any"


class Revocation(StrEnum):
    """Which certificates of a path need a good CRL."""

    NONE = "none"
    LEAF = "leaf"
    CHAIN = "chain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How strictly paths are judged; the defaults are what most servers and clients run.

    `security_level` is OpenSSL's (0 to 5). `policy_oids` empty means any policy. `common_name`
    says whether a CN may stand in for a missing SAN, as OpenSSL's default has it.
    """

    usage: Usage = Usage.ANY
    revocation: Revocation = Revocation.NONE
    security_level: int = 1
    partial_chain: bool = False
    common_name: bool = True
    policy_oids: tuple[str, ...] = ()
    require_explicit_policy: bool = False
    inhibit_policy_mapping: bool = False
    inhibit_any_policy: bool = False
    strict: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustInput:
    """A trust store as DER values. Order does not matter; duplicates do no harm."""

    anchors: tuple[bytes, ...]
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    policy: Policy = Policy()


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One certificate to validate: its DER, issuers it may come with, the moment and the names.

    `untrusted` are certificates that may help to build the path beside those of the store;
    `host` is a DNS name (U-label or A-label), `address` an IP address as text; None: not asked.
    """

    leaf: bytes
    moment: datetime
    untrusted: tuple[bytes, ...] = ()
    host: str | None = None
    address: str | None = None
