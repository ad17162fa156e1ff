"""May the certificate be used for what the store is for? (RFC 5280, 4.2.1.3 and 4.2.1.12)

Findings: purpose.extended_missing, purpose.extended_any, purpose.extended_empty,
purpose.extended_critical, purpose.extended_on_anchor, purpose.ca_as_end_entity,
purpose.usage_missing, purpose.usage_empty, purpose.extended_malformed, purpose.usage_malformed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pki.findings import Finding
from pki.verify.anatomy import Shape
from pki.verify.checks.check import Check, info, warning
from pki.verify.extension_values import EXTENDED_KEY_USAGE, KEY_USAGE

_ANY_PURPOSE: Final = b"\x55\x1d\x25\x00"


def _of_shape(shape: Shape, role: str) -> Iterator[Finding]:
    if role == "leaf" and shape.is_ca:
        yield warning("purpose.ca_as_end_entity", "basicConstraints")
    yield from _of_extended_usage(shape, role)
    yield from _of_usage(shape, role)


def _of_extended_usage(shape: Shape, role: str) -> Iterator[Finding]:
    extension = shape.extensions.get(EXTENDED_KEY_USAGE)
    if extension is None:
        if role == "leaf":
            yield info("purpose.extended_missing", "extKeyUsage")
        return
    purposes = shape.extended_key_usage
    if purposes is None:
        yield warning("purpose.extended_malformed", "extKeyUsage")
        return
    if not purposes:
        yield warning("purpose.extended_empty", "extKeyUsage")
    if _ANY_PURPOSE in purposes:
        yield warning("purpose.extended_any", "extKeyUsage")
    if extension.critical:
        yield info("purpose.extended_critical", "extKeyUsage")
    if role == "anchor":
        yield info("purpose.extended_on_anchor", "extKeyUsage")


def _of_usage(shape: Shape, role: str) -> Iterator[Finding]:
    extension = shape.extensions.get(KEY_USAGE)
    if extension is None:
        make = info if role == "leaf" else warning
        yield make("purpose.usage_missing", "keyUsage")
        return
    usage = shape.key_usage
    if usage is None:
        yield warning("purpose.usage_malformed", "keyUsage")
    elif not usage:
        yield warning("purpose.usage_empty", "keyUsage")


CHECK = Check(
    name="purpose",
    numbers=frozenset({26, 32, 37, 38, 39, 40, 72}),
    of_shape=_of_shape,
)
