"""What the forms ask of the services of this app: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from certificates.key_specs import OwnerWanted
from endpoints.models import ChainSource, ClientAuthentication, ServiceProtocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A DNS name as A-label, or an IP address in canonical form."""

    host: str
    is_ip: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRef:
    """A key of the key store: one whose private part is held, or a public one."""

    kind: Literal["private", "public"]
    key_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Whom something belongs to: an owner that is known, or a new one."""

    owner_id: int | None = None
    new_owner: OwnerWanted | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSpec:
    """A service as somebody wants it.

    `chain` is what it sends after its own certificate, in this order, where `chain_source` is
    `given`. A service that speaks SSH has host keys, one that speaks TLS all that follows them.
    """

    name: str
    protocol: ServiceProtocol
    port: int
    addresses: tuple[Address, ...] = ()
    notes: str = ""
    owner: Party = Party()
    host_keys: tuple[KeyRef, ...] = ()
    certificate_id: int | None = None
    chain_source: ChainSource = ChainSource.BUILT
    chain: tuple[int, ...] = ()
    client_authentication: ClientAuthentication = ClientAuthentication.NONE
    client_store_id: int | None = None
    server_store_id: int | None = None
    cn_is_account: bool = True
    probe_every: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountSpec:
    """An account as somebody wants it: its name byte for byte, and with what it logs in where."""

    name: str
    notes: str = ""
    partner: Party = Party()
    certificates: tuple[int, ...] = ()
    ssh_keys: tuple[KeyRef, ...] = ()
    services: tuple[int, ...] = ()
