"""GeneralNames (RFC 5280, section 4.2.1.6) as text that is safe to store anywhere."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from pki import der
from pki.der import DerError
from pki.extensions.content import nothing_after
from pki.findings import Finding, finding
from pki.names import is_plain, read_name, visible

_UPN = "1.3.6.1.4.1.311.20.2.3"
_DNS_LABELS = re.compile(r"(?!-)[A-Za-z0-9_*-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\Z")
# Indexed columns hold these values; PostgreSQL's index rows end at 2,704 bytes.
LONGEST_VALUE = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class AltName:
    """One subjectAltName entry (RFC 5280, section 4.2.1.6).

    `kind` is `dns`, `ip`, `email`, `uri`, `dirname`, `rid`, `upn` or `other`; `value` is text safe
    to store anywhere (no NUL, no control characters; DNS names in lower case, A-labels kept;
    addresses in canonical form; others escaped).
    """

    kind: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AltNames:
    """The entries of a subjectAltName and what is odd about them."""

    entries: tuple[AltName, ...]
    findings: tuple[Finding, ...]


def alt_names(value: bytes) -> AltNames:
    """A subjectAltName, an issuerAltName or a certificateIssuer."""
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    return general_names(value, at, end)


def general_names(value: bytes, at: int, end: int) -> AltNames:
    """The GeneralNames between two places."""
    entries: list[AltName] = []
    findings: list[Finding] = []
    while at < end:
        tag, start, at = der.read(value, at, end)
        content = value[start:at]
        if tag == 0x82:
            entries.append(_dns_name(content, findings))
        else:
            entries.append(_general_name(tag, content, findings))
    return AltNames(entries=tuple(entries), findings=tuple(dict.fromkeys(findings)))


def _dns_name(content: bytes, findings: list[Finding]) -> AltName:
    text = _loose(content.lower())
    if len(text) <= 253 and _DNS_LABELS.match(text):
        if text[-1:].isdigit() and _is_address(text):
            findings.append(_san("san.address_as_dns", value=text))
        return AltName(kind="dns", value=text)
    findings.append(_san("san.malformed", kind="dns", value=_stored(text)))
    return AltName(kind="dns", value=_checked(text, findings))


def _loose(content: bytes) -> str:
    """An IA5String, or what was put there in its place: mostly UTF-8, to be shown as it was meant."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _general_name(tag: int, content: bytes, findings: list[Finding]) -> AltName:
    if tag == 0x87:
        return _address(content, findings)
    if tag == 0x81 or tag == 0x86:
        kind = "email" if tag == 0x81 else "uri"
        text = _loose(content)
        if not text or not text.isascii() or (kind == "email" and "@" not in text):
            findings.append(_san("san.malformed", kind=kind, value=_stored(text)))
        return AltName(kind=kind, value=_checked(text, findings))
    if tag == 0xA4:
        name = read_name(content)
        if any(found.code == "name.malformed" for found in name.findings):
            raise DerError("bad directory name")
        return AltName(kind="dirname", value=_stored(name.text))
    if tag == 0x88:
        return AltName(kind="rid", value=der.object_identifier(content))
    if tag == 0xA0:
        return _other_name(content, findings)
    if tag == 0xA3 or tag == 0xA5:
        der.check(content, 0, len(content))
        kind = "x400Address" if tag == 0xA3 else "ediPartyName"
        return AltName(kind="other", value=_stored(f"{kind}:{content.hex()}"))
    raise DerError("unknown kind of name")


def _address(content: bytes, findings: list[Finding]) -> AltName:
    if len(content) == 4:
        return AltName(kind="ip", value=".".join(map(str, content)))
    if len(content) == 16:
        return AltName(kind="ip", value=ipaddress.IPv6Address(content).compressed)
    findings.append(_san("san.malformed", kind="ip", value=_stored(content.hex())))
    return AltName(kind="other", value=_stored(f"ip:{content.hex()}"))


def _other_name(content: bytes, findings: list[Finding]) -> AltName:
    end = len(content)
    start, stop = der.expect(content, 0, end, der.OID)
    dotted = der.object_identifier(content[start:stop])
    start, stop = der.expect(content, stop, end, 0xA0)
    nothing_after(stop, end)
    der.check(content, start, stop)
    if dotted == _UPN:
        start, stop = der.expect(content, start, stop, der.UTF8_STRING)
        try:
            text = content[start:stop].decode()
        except UnicodeDecodeError as error:
            raise DerError("bad UTF-8") from error
        return AltName(kind="upn", value=_checked(text, findings))
    return AltName(kind="other", value=_stored(f"{dotted}:{content[start:stop].hex()}"))


def _checked(text: str, findings: list[Finding]) -> str:
    if not is_plain(text):
        findings.append(_san("san.control_characters", value=_stored(text)))
    return _stored(text)


def _stored(text: str) -> str:
    text = visible(text)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _san(code: str, **data: str | int) -> Finding:
    return finding(code, place="subjectAltName", **data)
