"""What the forms ask of the services: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field

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
