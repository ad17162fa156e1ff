"""Did each issuer really sign the certificate below it? (RFC 5280, 6.1.3 (a)(1))

Findings: signatures.algorithms_differ, signatures.anchor_self_signature.
Reasons: no_issuer.
"""

from __future__ import annotations

from collections.abc import Iterator

from pki.findings import Finding
from pki.verify.anatomy import Shape
from pki.verify.checks.check import Check, Situation, warning
from pki.verify.prepared import Member


def _of_shape(shape: Shape, role: str) -> Iterator[Finding]:
    if shape.algorithm != shape.outer_algorithm:
        yield warning("signatures.algorithms_differ")


def _of_certificate(member: Member, role: str) -> Iterator[Finding]:
    # OpenSSL does not verify an anchor's signature by itself: it is trusted as it is. A wrong one
    # still tells that the file was changed.
    if (
        role == "anchor"
        and member.self_signed
        and not member.certificate.signed(member.certificate)
    ):
        yield warning("signatures.anchor_self_signature")


def _reason(situation: Situation) -> tuple[str, bool] | None:
    if len(situation.path) == 1 and not situation.leaf.self_issued:
        return "no_issuer", True
    return None


CHECK = Check(
    name="signatures",
    numbers=frozenset({4, 6, 7, 24, 76, 77, 78}),
    of_shape=_of_shape,
    of_certificate=_of_certificate,
    reason=_reason,
)
