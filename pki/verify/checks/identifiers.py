"""Do serial numbers and key identifiers follow the rules? (RFC 5280, 4.1.2.2, 4.2.1.1 and 4.2.1.2)

OpenSSL reports most of them only where it is told to be strict.

Findings: serial.zero, serial.negative, serial.long, serial.not_minimal, aki.missing, aki.critical,
aki.malformed, aki.no_key_id, aki.issuer_and_serial, aki.not_paired, aki.not_own_key, ski.missing,
ski.critical, ski.malformed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pki.findings import Finding
from pki.verify.anatomy import Anatomy, Shape
from pki.verify.checks.check import Check, info, warning
from pki.verify.extension_values import AUTHORITY_KEY_ID, SUBJECT_KEY_ID
from pki.verify.prepared import Member

_LONGEST_SERIAL: Final = 20


def _of_certificate(member: Member, role: str) -> Iterator[Finding]:
    anatomy = member.anatomy
    if anatomy is None:
        return
    yield from _of_serial(anatomy.serial)
    yield from _of_authority(anatomy, member)
    yield from _of_subject(anatomy, role)


def _of_serial(serial: bytes) -> Iterator[Finding]:
    if not serial or serial[0] >= 0x80:
        yield warning("serial.negative", "serialNumber")
    elif not any(serial):
        yield warning("serial.zero", "serialNumber")
    if len(serial) > _LONGEST_SERIAL:
        yield warning("serial.long", "serialNumber", octets=len(serial))
    if len(serial) > 1 and (
        (serial[0] == 0 and serial[1] < 0x80) or (serial[0] == 0xFF and serial[1] >= 0x80)
    ):
        yield warning("serial.not_minimal", "serialNumber")


def _of_shape(shape: Shape, role: str) -> Iterator[Finding]:
    extension = shape.extensions.get(AUTHORITY_KEY_ID)
    if extension is None:
        return
    if extension.critical:
        yield warning("aki.critical", "authorityKeyIdentifier")
    key = shape.authority_key
    if key is None:
        yield warning("aki.malformed", "authorityKeyIdentifier")
        return
    if key.key_id is None:
        yield warning("aki.no_key_id", "authorityKeyIdentifier")
    if key.issuer != (key.serial is not None):
        yield warning("aki.not_paired", "authorityKeyIdentifier")


def _of_authority(anatomy: Anatomy, member: Member) -> Iterator[Finding]:
    if AUTHORITY_KEY_ID not in anatomy.extensions:
        if not member.self_signed:
            yield warning("aki.missing", "authorityKeyIdentifier")
        elif not anatomy.is_ca:
            yield info("aki.missing", "authorityKeyIdentifier")
        return
    key = anatomy.shape.authority_key
    if key is None:
        return
    if (
        member.self_issued
        and None not in (key.key_id, anatomy.subject_key_id)
        and key.key_id != anatomy.subject_key_id
        and member.certificate.signed(member.certificate)
    ):
        yield warning("aki.not_own_key", "authorityKeyIdentifier")
    if key.issuer or key.serial is not None:
        make = warning if member.self_signed else info
        yield make("aki.issuer_and_serial", "authorityKeyIdentifier")


def _of_subject(anatomy: Anatomy, role: str) -> Iterator[Finding]:
    extension = anatomy.extensions.get(SUBJECT_KEY_ID)
    if extension is None:
        if anatomy.is_ca or role != "leaf":
            yield warning("ski.missing", "subjectKeyIdentifier")
        return
    if extension.critical:
        yield warning("ski.critical", "subjectKeyIdentifier")
    if anatomy.subject_key_id is None:
        yield warning("ski.malformed", "subjectKeyIdentifier")


CHECK = Check(
    name="identifiers",
    numbers=frozenset({85, 86, 90, 91, 102, 103}),
    of_shape=_of_shape,
    of_certificate=_of_certificate,
)
