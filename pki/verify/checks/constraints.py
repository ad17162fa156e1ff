"""Do the CAs stay inside their limits? (RFC 5280, 4.2.1.9, 4.2.1.10 and 6.1.4)

Findings on basic constraints: basic.missing, basic.malformed, basic.not_critical,
basic.path_length_without_ca, basic.path_length_without_cert_sign, basic.path_length_negative,
basic.cert_sign_without_ca.
Findings on name constraints: constraints.malformed, constraints.empty, constraints.on_end_entity,
constraints.not_critical, constraints.minimum_maximum, constraints.dns_malformed,
constraints.ip_malformed, constraints.email_malformed, constraints.wildcard_under_excluded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pki.findings import Finding
from pki.verify.anatomy import Shape, shown
from pki.verify.checks.check import Check, Situation, error, warning
from pki.verify.extension_values import (
    BASIC_CONSTRAINTS,
    NAME_CONSTRAINTS,
    NAME_DNS,
    NAME_EMAIL,
    NAME_IP,
)

_DOMAIN: Final = re.compile(
    rb"([A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*"
)
_NETWORK_LENGTHS: Final = (8, 32)


def _of_shape(shape: Shape, role: str) -> Iterator[Finding]:
    yield from _of_basic(shape, role)
    yield from _of_names(shape)


def _of_basic(shape: Shape, role: str) -> Iterator[Finding]:
    extension = shape.extensions.get(BASIC_CONSTRAINTS)
    signs = "keyCertSign" in (shape.key_usage or ())
    if extension is None:
        if role != "leaf":
            yield warning("basic.missing", "basicConstraints")
        elif signs:
            yield warning("basic.cert_sign_without_ca", "keyUsage")
        return
    basic = shape.basic_constraints
    if basic is None:
        yield warning("basic.malformed", "basicConstraints")
        return
    if basic.is_ca and not extension.critical:
        yield warning("basic.not_critical", "basicConstraints")
    if signs and not basic.is_ca:
        yield warning("basic.cert_sign_without_ca", "keyUsage")
    if basic.path_length is None:
        return
    if basic.path_length < 0:
        yield warning("basic.path_length_negative", "basicConstraints")
    if not basic.is_ca:
        yield warning("basic.path_length_without_ca", "basicConstraints")
    elif shape.key_usage is not None and not signs:
        yield warning("basic.path_length_without_cert_sign", "basicConstraints")


def _of_names(shape: Shape) -> Iterator[Finding]:
    extension = shape.extensions.get(NAME_CONSTRAINTS)
    if extension is None:
        return
    if not shape.is_ca:
        yield warning("constraints.on_end_entity", "nameConstraints")
    if not extension.critical:
        yield warning("constraints.not_critical", "nameConstraints")
    constraints = shape.name_constraints
    if constraints is None:
        yield warning("constraints.malformed", "nameConstraints")
        return
    subtrees = (constraints.permitted, constraints.excluded)
    if subtrees == (None, None) or () in subtrees:
        yield warning("constraints.empty", "nameConstraints")
    for tag, base, limited in (*(constraints.permitted or ()), *(constraints.excluded or ())):
        if limited:
            yield warning("constraints.minimum_maximum", "nameConstraints")
        yield from _of_base(tag, base)


def _of_base(tag: int, base: bytes) -> Iterator[Finding]:
    text = shown(base.decode("ascii", "backslashreplace"))
    if tag == NAME_DNS and base and not _DOMAIN.fullmatch(base):
        yield warning("constraints.dns_malformed", "nameConstraints", value=text)
    elif tag == NAME_IP and not _is_network(base):
        yield warning("constraints.ip_malformed", "nameConstraints", value=base.hex())
    elif tag == NAME_EMAIL and base:
        _, at, domain = base.rpartition(b"@")
        if not _DOMAIN.fullmatch(domain if at else domain.removeprefix(b".")):
            yield warning("constraints.email_malformed", "nameConstraints", value=text)


def _is_network(base: bytes) -> bool:
    """An address and a mask of the same length, the mask without holes (RFC 4632, 3.1)."""
    if len(base) not in _NETWORK_LENGTHS:
        return False
    half = len(base) // 2
    hosts = int.from_bytes(base[half:], "big") ^ ((1 << (8 * half)) - 1)
    return hosts & (hosts + 1) == 0


def _of_path(situation: Situation) -> Iterator[Finding]:
    """A wildcard that covers an excluded host: OpenSSL compares the text and lets it pass."""
    anatomy = situation.leaf.anatomy
    if anatomy is None:
        return
    wild = [
        content[1:].lower()
        for tag, content in anatomy.alt_names or ()
        if tag == NAME_DNS and content.startswith(b"*.")
    ]
    if not wild:
        return
    for depth, issuer in enumerate(situation.path[1:], start=1):
        constraints = issuer.anatomy.shape.name_constraints if issuer.anatomy is not None else None
        for tag, base, _ in (constraints.excluded if constraints else None) or ():
            label, _, rest = base.lower().partition(b".")
            if tag == NAME_DNS and label and b"." + rest in wild:
                yield error(
                    "constraints.wildcard_under_excluded",
                    "subjectAltName",
                    depth=depth,
                    excluded=shown(base.decode("ascii", "backslashreplace")),
                )


CHECK = Check(
    name="constraints",
    numbers=frozenset({25, 46, 47, 48, 49, 51, 52, 53, 79, 80, 81, 82, 89, 92}),
    of_shape=_of_shape,
    of_path=_of_path,
)
