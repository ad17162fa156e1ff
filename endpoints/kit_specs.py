"""What the forms ask of the services of kits: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from pki.kits.meeting import Protocol, Side


@dataclass(frozen=True, kw_only=True, slots=True)
class KitParties:
    """Who meets whom: a service and an account that are described here, or names of new ones."""

    protocol: Protocol
    addresses: tuple[str, ...]
    port: int
    account_name: str
    service_id: int | None = None
    service_name: str = ""
    account_id: int | None = None
    renews_id: int | None = None

    @property
    def name(self) -> str:
        """What the kit is called until somebody calls it otherwise."""
        return f"{self.account_name} at {self.service_name or self.addresses[0]}"[:100]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPair:
    """A key to make and the self-signed certificate to make with it; `replaces_id` is what it renews."""

    algorithm: str
    days: int
    replaces_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KitOrder:
    """A kit to begin: each side has a new pair, or a certificate of the inventory by its id.

    `accepted` are the `warnings_digest`s of what somebody has read and accepted.
    """

    parties: KitParties
    server: NewPair | int
    client: NewPair | int
    accepted: tuple[str, ...] = ()

    def of(self, side: Side) -> NewPair | int:
        return self.server if side is Side.SERVER else self.client


@dataclass(frozen=True, kw_only=True, slots=True)
class KitNotes:
    """What of a kit the rest of the console shall know, beside its name.

    `proposals` are the ids of the previewed changes of trust stores that are there already.
    """

    name: str
    service: bool = False
    account: bool = False
    client_store: bool = False
    server_store: bool = False
    proposals: tuple[int, ...] = ()
