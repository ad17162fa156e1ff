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
from pki.verify.anatomy import AUTHORITY_KEY_ID, SUBJECT_KEY_ID, Anatomy
from pki.verify.checks.check import Check, info, warning
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


def _of_authority(anatomy: Anatomy, member: Member) -> Iterator[Finding]:
    extension = anatomy.extensions.get(AUTHORITY_KEY_ID)
    if extension is None:
        if not member.self_signed:
            yield warning("aki.missing", "authorityKeyIdentifier")
        elif not anatomy.is_ca:
            yield info("aki.missing", "authorityKeyIdentifier")
        return
    if extension.critical:
        yield warning("aki.critical", "authorityKeyIdentifier")
    key = anatomy.authority_key
    if key is None:
        yield warning("aki.malformed", "authorityKeyIdentifier")
        return
    if key.key_id is None:
        yield warning("aki.no_key_id", "authorityKeyIdentifier")
    elif anatomy.subject_key_id not in (None, key.key_id) and _signed_itself(member):
        yield warning("aki.not_own_key", "authorityKeyIdentifier")
    if key.issuer != (key.serial is not None):
        yield warning("aki.not_paired", "authorityKeyIdentifier")
    if key.issuer or key.serial is not None:
        make = warning if member.self_signed else info
        yield make("aki.issuer_and_serial", "authorityKeyIdentifier")


def _signed_itself(member: Member) -> bool:
    """Whether it verifies with its own key, whatever its key identifiers say of that."""
    return member.self_issued and member.certificate.signed(member.certificate)


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
    of_certificate=_of_certificate,
)
