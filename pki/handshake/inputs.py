"""The two sides of a connection, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pki.verify.inputs import TrustInput


class ClientAuthentication(StrEnum):
    """Whether the server asks for a client certificate."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class TlsVersion(StrEnum):
    """Versions that a side may be held to (RFC 5246, RFC 8446); older ones fail at OpenSSL's level 1."""

    TLS_1_2 = "TLSv1.2"
    TLS_1_3 = "TLSv1.3"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerSide:
    """What a server presents, and whom it accepts.

    `chain` are DER certificates, leaf first, exactly as they go over the wire: OpenSSL completes
    nothing. `key` is the leaf's private key as PKCS#8 DER; None: a stand-in. `trust` None means that
    no client certificate is accepted, where one is asked for. The security level of `trust` is that
    of the whole side, as in OpenSSL.
    """

    chain: tuple[bytes, ...]
    key: bytes | None = field(default=None, repr=False)
    trust: TrustInput | None = None
    client_authentication: ClientAuthentication = ClientAuthentication.NONE


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientSide:
    """What a client presents (an empty chain: nothing), and which servers it accepts.

    `trust` None means that it takes any server. `host` is the DNS name (U-label or A-label) or the
    IP address that it connects to; None: the name is not checked.
    """

    chain: tuple[bytes, ...] = ()
    key: bytes | None = field(default=None, repr=False)
    trust: TrustInput | None = None
    host: str | None = None
