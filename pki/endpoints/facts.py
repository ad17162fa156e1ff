"""What a judgement is given: plain values, made by the callers from their rows.

`number` is whatever the caller calls a row by; it comes back in the data of findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pki.verify.prepared import PreparedTrust


class ClientRequest(StrEnum):
    """Whether a service asks for a client certificate."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A host name (as A-label) or an IP address under which clients reach a service, without port."""

    host: str
    is_ip: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Presented:
    """A certificate with what is sent after it.

    `sent` are the certificates that follow it, as DER, in the order in which they are sent;
    `inventory` all that might help beside them. `lifecycle` is `active`, `replaced` or `retired`,
    `successor` the SHA-256 of what replaces it; `key_state` the state of the private key that the
    console holds, empty where it holds none. `turns` are moments at which other certificates would
    be sent or be at hand, where the caller chooses them by the moment.
    """

    der: bytes
    sha256: str
    sent: tuple[bytes, ...] = ()
    inventory: tuple[bytes, ...] = ()
    lifecycle: str = "active"
    successor: str = ""
    key_state: str = ""
    turns: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PeerStore:
    """The trust store of the other side, prepared for the usage in which it is asked here.

    `for_other_usage` says that the store itself was made for another one.
    """

    number: int
    trust: PreparedTrust
    for_other_usage: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SshKey:
    """An SSH key: its kind, its state where its private part is held, and what is weak about it.

    `findings` are codes of `pki.findings`.
    """

    spki_sha256: str
    algorithm: str
    size: int
    state: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceFacts:
    """A service as it is described: what it presents, whom it accepts, who accepts it.

    `server_store` is that of its clients, `client_store` its own. `cn_is_account`: a client
    certificate logs in where its CN equals the account's name.
    """

    number: int
    speaks_tls: bool = True
    addresses: tuple[Address, ...] = ()
    presented: Presented | None = None
    server_store: PeerStore | None = None
    client_request: ClientRequest = ClientRequest.NONE
    client_store: PeerStore | None = None
    cn_is_account: bool = True
    host_keys: tuple[SshKey, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFacts:
    """An account as it is described: its name, what it logs in with, and the services it uses.

    `is_ours` is False where it belongs to a partner, whose private keys the console does not hold.
    """

    name: str
    certificates: tuple[Presented, ...] = ()
    ssh_keys: tuple[SshKey, ...] = ()
    services: tuple[ServiceFacts, ...] = ()
    is_ours: bool = False
