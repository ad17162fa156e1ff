"""Can everything be read? (X.690; RFC 5280, 4.1 and 4.2)

OpenSSL has no number for what it cannot decode, nor for bytes after the end.

Findings: encoding.leaf_not_decodable, encoding.not_decodable, encoding.trailing_data,
encoding.not_der.
"""

from __future__ import annotations

from collections.abc import Iterator

from pki.findings import Finding
from pki.verify.checks.check import Check, Situation, warning
from pki.verify.prepared import Member


def _of_path(situation: Situation) -> Iterator[Finding]:
    for item in situation.unreadable:
        code = "trailing_data" if item.why == "trailing data" else "not_decodable"
        yield warning(f"encoding.{code}", what=item.what, sha256=item.sha256, why=item.why)


def _of_certificate(member: Member, role: str) -> Iterator[Finding]:
    if member.anatomy is None:
        yield warning("encoding.not_der")


CHECK = Check(
    name="encoding",
    numbers=frozenset({13, 14, 41, 45}),
    of_certificate=_of_certificate,
    of_path=_of_path,
)
