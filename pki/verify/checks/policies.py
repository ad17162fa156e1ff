"""Does an acceptable certificate policy hold all the way? (RFC 5280, 4.2.1.4, 4.2.1.11 and 6.1.5)

Findings: policies.constraints_not_critical, policies.constraints_on_end_entity,
policies.constraints_empty, policies.inhibit_any_not_critical, policies.malformed,
policies.mapping_of_any.
Reasons: no_policy_required.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pki import der
from pki.findings import Finding
from pki.verify.anatomy import POLICY_EXTENSIONS, Shape
from pki.verify.checks.check import Check, Situation, warning
from pki.verify.extension_values import (
    INHIBIT_ANY_POLICY,
    POLICY_CONSTRAINTS,
    POLICY_MAPPINGS,
)

_ANY_POLICY: Final = der.encode(der.OID, b"\x55\x1d\x20\x00")


def _of_shape(shape: Shape, role: str) -> Iterator[Finding]:
    for oid in POLICY_EXTENSIONS:
        extension = shape.extensions.get(oid)
        if extension is None:
            continue
        tag = der.INTEGER if oid == INHIBIT_ANY_POLICY else der.SEQUENCE
        try:
            start, stop = der.whole(extension.value, tag)
            der.check(extension.value, start, stop) if tag == der.SEQUENCE else None
        except der.DerError:
            yield warning("policies.malformed", extension.name)
            continue
        yield from _of_extension(shape, oid, extension.critical, stop - start)
    mappings = shape.extensions.get(POLICY_MAPPINGS)
    if mappings is not None and _ANY_POLICY in mappings.value:
        yield warning("policies.mapping_of_any", "policyMappings")


def _of_extension(shape: Shape, oid: bytes, critical: bool, length: int) -> Iterator[Finding]:
    if oid == POLICY_CONSTRAINTS:
        if not critical:
            yield warning("policies.constraints_not_critical", "policyConstraints")
        if not shape.is_ca:
            yield warning("policies.constraints_on_end_entity", "policyConstraints")
        if not length:
            yield warning("policies.constraints_empty", "policyConstraints")
    elif oid == INHIBIT_ANY_POLICY and not critical:
        yield warning("policies.inhibit_any_not_critical", "inhibitAnyPolicy")


def _reason(situation: Situation) -> tuple[str, bool] | None:
    policy = situation.policy
    if policy.require_explicit_policy or policy.policy_oids:
        return None
    for member in situation.path:
        if member.anatomy is None or member.anatomy.shape.has_policies:
            return None
    return "no_policy_required", False


CHECK = Check(
    name="policies",
    numbers=frozenset({42, 43}),
    of_shape=_of_shape,
    reason=_reason,
)
