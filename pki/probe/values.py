"""What a look at a service asks and what it saw, as frozen values with a JSON form both ways."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pki.limits import MEBIBYTE


class ProbeProtocol(StrEnum):
    """How a service is spoken to."""

    HTTPS = "https"
    FTPS_EXPLICIT = "ftps_explicit"
    FTPS_IMPLICIT = "ftps_implicit"
    SFTP = "sftp"
    TLS = "tls"


class ClientAsked(StrEnum):
    """Whether a server asked for a client certificate, and went on without one."""

    NO = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeLimits:
    """Bounds on one look: `seconds` in all, names, every connection and handshake included.

    `bytes` are what one connection may send, `dialogue_bytes` and `lines` what it may say before
    TLS or the key exchange; a service that says more is no such service.
    """

    seconds: float = 25.0
    connect_seconds: float = 8.0
    bytes: int = MEBIBYTE // 2
    dialogue_bytes: int = 16 * 1024
    lines: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A service to look at: its host as a DNS name in A-labels or an IP address, and its port."""

    protocol: ProbeProtocol
    host: str
    port: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TlsSeen:
    """What a TLS server presented, nothing of it verified.

    `certificates` are DER in the order sent. `version` is the protocol as OpenSSL names it
    (`TLSv1.3`), `cipher` the suite. `ca_names` are DER Names that a client certificate should
    descend from (RFC 8446, 4.2.4). `alert` is the one with which the server ended the connection
    after it had presented its chain, empty where it did not. `auth` is the FTP command that began
    TLS (`AUTH TLS`, `AUTH SSL`), empty where none was needed.
    """

    certificates: tuple[bytes, ...] = field(repr=False)
    version: str
    cipher: str
    client: ClientAsked
    ca_names: tuple[bytes, ...] = field(default=(), repr=False)
    alert: str = ""
    auth: str = ""

    def to_json(self) -> dict[str, Any]:
        """A JSON-able form that `from_json` reads back."""
        return {
            "certificates": [_base64(der) for der in self.certificates],
            "version": self.version,
            "cipher": self.cipher,
            "client": self.client.value,
            "ca_names": [_base64(der) for der in self.ca_names],
            "alert": self.alert,
            "auth": self.auth,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TlsSeen:
        """What `to_json` stored."""
        return cls(
            certificates=tuple(base64.b64decode(one) for one in stored["certificates"]),
            version=str(stored["version"]),
            cipher=str(stored["cipher"]),
            client=ClientAsked(stored["client"]),
            ca_names=tuple(base64.b64decode(one) for one in stored["ca_names"]),
            alert=str(stored["alert"]),
            auth=str(stored["auth"]),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class HostKeySeen:
    """A host key with which a server signed a key exchange: its SSH public key blob."""

    algorithm: str
    blob: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SshSeen:
    """What an SSH server presented.

    `ident` is its identification (RFC 4253, 4.2), `offered` the host key algorithms that it names,
    `keys` those that it proved, one of each type; `unseen` are key types that it offers and did not
    show, each with the reason (`unsupported`, `failed`, `time`).
    """

    ident: str
    offered: tuple[str, ...]
    keys: tuple[HostKeySeen, ...]
    unseen: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON-able form that `from_json` reads back."""
        return {
            "ident": self.ident,
            "offered": list(self.offered),
            "keys": [[key.algorithm, _base64(key.blob)] for key in self.keys],
            "unseen": [list(pair) for pair in self.unseen],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SshSeen:
        """What `to_json` stored."""
        return cls(
            ident=str(stored["ident"]),
            offered=tuple(map(str, stored["offered"])),
            keys=tuple(
                HostKeySeen(algorithm=str(name), blob=base64.b64decode(blob))
                for name, blob in stored["keys"]
            ),
            unseen=tuple((str(name), str(why)) for name, why in stored["unseen"]),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One look that saw something: the address that was connected to, and what was there.

    Exactly one of `tls` and `ssh` is set.
    """

    address: str
    tls: TlsSeen | None = None
    ssh: SshSeen | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON-able form that `from_json` reads back."""
        return {
            "address": self.address,
            "tls": self.tls.to_json() if self.tls else None,
            "ssh": self.ssh.to_json() if self.ssh else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Seen:
        """What `to_json` stored."""
        return cls(
            address=str(stored["address"]),
            tls=TlsSeen.from_json(stored["tls"]) if stored["tls"] else None,
            ssh=SshSeen.from_json(stored["ssh"]) if stored["ssh"] else None,
        )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
