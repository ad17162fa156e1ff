"""Can everything be read and understood? (X.690; RFC 5280, 4.2)

OpenSSL has no number for what it cannot decode, nor for bytes after the end.

Findings: encoding.leaf_not_decodable, encoding.not_decodable, encoding.trailing_data,
encoding.not_der, encoding.extension_twice, encoding.extension_malformed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pki import der
from pki.findings import Finding
from pki.verify.anatomy import INDIVIDUAL, Shape
from pki.verify.checks.check import Check, Situation, warning
from pki.verify.extension_values import Extension
from pki.verify.prepared import Member

TRAILING_DATA: Final = "trailing data"


def _of_path(situation: Situation) -> Iterator[Finding]:
    for item in situation.unreadable:
        code = "trailing_data" if item.why == TRAILING_DATA else "not_decodable"
        yield warning(f"encoding.{code}", what=item.what, sha256=item.sha256, why=item.why)


def _of_certificate(member: Member, role: str) -> Iterator[Finding]:
    anatomy = member.anatomy
    if anatomy is None:
        yield warning("encoding.not_der")
        return
    for extension in anatomy.duplicates:
        yield warning("encoding.extension_twice", extension.name)
    for oid in INDIVIDUAL:
        if oid in anatomy.extensions:
            yield from _of_extension(anatomy.extensions[oid])


def _of_shape(shape: Shape, role: str) -> Iterator[Finding]:
    for extension in shape.extensions.values():
        yield from _of_extension(extension)


def _of_extension(extension: Extension) -> Iterator[Finding]:
    try:
        der.read(extension.value, 0, len(extension.value))
    except der.DerError as fault:
        yield warning("encoding.extension_malformed", extension.name, why=str(fault))


CHECK = Check(
    name="encoding",
    numbers=frozenset({34, 41, 45}),
    of_shape=_of_shape,
    of_certificate=_of_certificate,
    of_path=_of_path,
)
