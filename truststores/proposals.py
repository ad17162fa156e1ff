"""A change of a trust store that nobody has saved yet, and what it would do: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from pki.verify.inputs import Policy, Revocation, Usage
from truststores.models import Role
from truststores.specs import NewMember, StoreSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreChange:
    """What shall become of a store; certificates and CRLs are named by their ids.

    `removals` are certificates that are members; `spec` brings another policy, and the name and the
    notes that were in the same form.
    """

    additions: tuple[NewMember, ...] = ()
    removals: tuple[int, ...] = ()
    crls_added: tuple[int, ...] = ()
    crls_dropped: tuple[int, ...] = ()
    spec: StoreSpec | None = None

    @property
    def certificate_ids(self) -> frozenset[int]:
        return frozenset((*(one.certificate_id for one in self.additions), *self.removals))

    @property
    def crl_ids(self) -> frozenset[int]:
        return frozenset((*self.crls_added, *self.crls_dropped))

    @property
    def is_empty(self) -> bool:
        return not (self.certificate_ids or self.crl_ids or self.spec)


def change_to_json(change: StoreChange) -> dict[str, Any]:
    spec = change.spec
    return {
        "additions": [[one.certificate_id, one.role] for one in change.additions],
        "removals": list(change.removals),
        "crls_added": list(change.crls_added),
        "crls_dropped": list(change.crls_dropped),
        "spec": None
        if spec is None
        else {"name": spec.name, "notes": spec.notes, "policy": asdict(spec.policy)},
    }


def change_from_json(stored: Mapping[str, Any]) -> StoreChange:
    """The change that `change_to_json` stored."""
    spec = stored["spec"]
    return StoreChange(
        additions=tuple(
            NewMember(certificate_id=pk, role=Role(role) if role else None)
            for pk, role in stored["additions"]
        ),
        removals=tuple(stored["removals"]),
        crls_added=tuple(stored["crls_added"]),
        crls_dropped=tuple(stored["crls_dropped"]),
        spec=None
        if spec is None
        else StoreSpec(
            name=spec["name"], notes=spec["notes"], policy=policy_from_json(spec["policy"])
        ),
    )


def policy_from_json(stored: Mapping[str, Any]) -> Policy:
    """The policy whose fields were stored as they are."""
    values = {one.name: stored[one.name] for one in fields(Policy) if one.name in stored}
    values |= {
        "usage": Usage(stored["usage"]),
        "revocation": Revocation(stored["revocation"]),
        "policy_oids": tuple(stored["policy_oids"]),
    }
    return Policy(**values)
