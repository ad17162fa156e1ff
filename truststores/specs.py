"""What the forms ask of the services: plain frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from pki.distribution import PointName
from pki.verify.inputs import Policy
from truststores.models import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreSpec:
    """A trust store as somebody wants it: its name, its notes and its policy."""

    name: str
    notes: str = ""
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMember:
    """A certificate of the inventory that shall join a store; without a role it gets its own."""

    certificate_id: int
    role: Role | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSource:
    """An address from which a store shall get a CRL.

    `issuer_id` is a certificate of the CA whose CRLs are welcome from there, None for those of any
    CA of the store; `points` are the names of the distribution points that led to it; without
    `every` it is asked when the CRL in use comes to its nextUpdate.
    """

    url: str
    issuer_id: int | None = None
    points: Sequence[PointName] = ()
    every: timedelta | None = None
