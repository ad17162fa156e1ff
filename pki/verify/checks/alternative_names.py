"""Are the names in the certificate complete and well written? (RFC 5280, 4.2.1.6; RFC 9525, 6.3)

Findings, all about the leaf: san.missing, san.malformed, san.empty, san.critical_beside_subject,
san.not_critical_without_subject, san.dns_malformed, san.wildcard_misplaced, san.wildcard_wide,
san.ip_malformed, san.ip_as_dns, san.email_malformed, san.uri_malformed, san.cn_not_among_names.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from pki.findings import Finding
from pki.public_suffix import is_registry
from pki.verify.anatomy import Anatomy, shown
from pki.verify.checks.check import Check, warning
from pki.verify.extension_values import NAME_DNS, NAME_EMAIL, NAME_IP, NAME_URI, SUBJECT_ALT_NAME
from pki.verify.prepared import Member

_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# What nearly every name is, said in one step: labels of which the last is a word.
_PLAIN_HOST: Final = re.compile(
    rb"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_EMAIL: Final = re.compile(r"[\x21-\x3f\x41-\x7e]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+")
_LONGEST_HOST: Final = 253
_ADDRESS_LENGTHS: Final = (4, 16)
_EMPTY_NAME: Final = b"\x30\x00"


def _of_certificate(member: Member, role: str) -> Iterator[Finding]:
    anatomy = member.anatomy
    if anatomy is None or role != "leaf":
        return
    extension = anatomy.extensions.get(SUBJECT_ALT_NAME)
    if extension is None:
        if not anatomy.is_ca:
            yield warning("san.missing", "subjectAltName")
        return
    names = anatomy.alt_names
    if names is None:
        yield warning("san.malformed", "subjectAltName")
        return
    if not names:
        yield warning("san.empty", "subjectAltName")
    no_subject = anatomy.subject == _EMPTY_NAME
    if no_subject and not extension.critical:
        yield warning("san.not_critical_without_subject", "subjectAltName")
    if extension.critical and not no_subject:
        yield warning("san.critical_beside_subject", "subjectAltName")
    for tag, content in names:
        yield from _of_name(tag, content)
    yield from _of_common_name(anatomy, names)


def _of_name(tag: int, content: bytes) -> Iterator[Finding]:
    if tag == NAME_DNS:
        yield from _of_dns(content)
    elif tag == NAME_IP:
        if len(content) not in _ADDRESS_LENGTHS:
            yield warning("san.ip_malformed", "subjectAltName", value=content.hex())
    elif tag == NAME_EMAIL:
        if not _EMAIL.fullmatch(_ascii(content)):
            yield warning("san.email_malformed", "subjectAltName", value=_ascii(content))
    elif tag == NAME_URI and not _URI.fullmatch(_ascii(content)):
        yield warning("san.uri_malformed", "subjectAltName", value=_ascii(content))


def _ascii(content: bytes) -> str:
    """The name as text with everything outside printable ASCII escaped."""
    return content.decode("ascii", "backslashreplace").encode("unicode_escape").decode("ascii")


def _of_dns(content: bytes) -> Iterator[Finding]:
    if len(content) <= _LONGEST_HOST and _PLAIN_HOST.fullmatch(content):
        return
    name = _ascii(content)
    labels = name.split(".")
    wild = [position for position, label in enumerate(labels) if "*" in label]
    fixed = labels[1:] if labels[0] == "*" else labels
    if wild and (wild != [0] or labels[0] != "*"):
        yield warning("san.wildcard_misplaced", "subjectAltName", value=name)
        return
    if (
        len(name) > _LONGEST_HOST
        or not fixed
        or not all(_LABEL.fullmatch(label) for label in fixed)
    ):
        yield warning("san.dns_malformed", "subjectAltName", value=name)
    elif fixed[-1].isdigit():
        yield warning("san.ip_as_dns", "subjectAltName", value=name)
    if wild and is_registry(".".join(fixed)):
        yield warning("san.wildcard_wide", "subjectAltName", value=name)


def _of_common_name(anatomy: Anatomy, names: tuple[tuple[int, bytes], ...]) -> Iterator[Finding]:
    """A CN that is also a name must be one of the names, letter for letter."""
    known = set()
    hosts = False
    for tag, content in names:
        if tag == NAME_DNS:
            hosts = True
            known.add(content.decode("latin-1").lower())
        elif tag == NAME_EMAIL:
            known.add(content.decode("latin-1"))
        elif tag == NAME_IP:
            hosts = True
            if len(content) in _ADDRESS_LENGTHS:
                known.add(str(ipaddress.ip_address(content)))
    if not hosts:
        return
    for name in anatomy.common_names:
        if name.lower() not in known and name not in known:
            yield warning("san.cn_not_among_names", "subject", cn=shown(name))


CHECK = Check(
    name="alternative_names",
    numbers=frozenset({87, 88}),
    of_certificate=_of_certificate,
)
