"""Certificate and CRL extensions, decoded one by one (RFC 5280, sections 4.2 and 5.2).

Each decoder takes the extension's value and raises `DerError`; `decode` turns that into a reason, so
that one malformed extension never hides the others.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from pki import der, oids
from pki.der import DerError
from pki.findings import Finding, finding
from pki.names import is_plain, read_name, visible

_UPN = "1.3.6.1.4.1.311.20.2.3"
_OCSP = bytes.fromhex("2b06010505073001")
_CA_ISSUERS = bytes.fromhex("2b06010505073002")
_CPS = bytes.fromhex("2b06010505070201")
_USER_NOTICE = bytes.fromhex("2b06010505070202")
_DNS_LABELS = re.compile(r"(?!-)[A-Za-z0-9_*-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\Z")
_CACHED_BYTES = 1024
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
class BasicConstraints:
    """RFC 5280, section 4.2.1.9."""

    ca: bool
    path_length: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorityKeyIdentifier:
    """RFC 5280, section 4.2.1.1, in lower-case hex; what is absent is empty."""

    key_id: str
    serial: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AltNames:
    """The entries of a subjectAltName and what is odd about them."""

    entries: tuple[AltName, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class InformationAccess:
    """The URLs of an authorityInfoAccess (RFC 5280, section 4.2.2.1)."""

    ocsp: tuple[str, ...]
    ca_issuers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuingDistributionPoint:
    """The scope of a CRL (RFC 5280, section 5.2.5) as flags."""

    scope: tuple[str, ...]


Value = (
    BasicConstraints
    | AuthorityKeyIdentifier
    | AltNames
    | InformationAccess
    | IssuingDistributionPoint
    | tuple[str, ...]
    | datetime
    | str
    | None
)
Decoder = Callable[[bytes], Value]


class Extension(NamedTuple):
    """One extension: its name (dotted where not known), its value, or why it does not decode."""

    name: str
    known: bool
    critical: bool
    value: Value
    why: str = ""


def read_extension(raw: bytes) -> Extension:
    """One Extension from the content of its SEQUENCE: identifier, critical flag, value.

    Raises `DerError` only where that structure is broken; what the value holds is in the answer.
    Those that an authority puts into all its certificates alike are decoded once.
    """
    if len(raw) <= _CACHED_BYTES and not raw.startswith(_PARTICULAR):
        return _cached(raw)
    return _read(raw)


def _read(raw: bytes) -> Extension:
    end = len(raw)
    start, at = der.expect(raw, 0, end, der.OID)
    identifier = raw[start:at]
    tag, start, stop = der.read(raw, at, end)
    critical = False
    if tag == der.BOOLEAN:
        critical = raw[start:stop] != b"\x00"
        tag, start, stop = der.read(raw, stop, end)
    if tag != der.OCTET_STRING or stop != end:
        raise DerError("bad extension")
    name, decoder = _DECODERS.get(identifier, ("", None))
    if decoder is None:
        return Extension(der.object_identifier(identifier), False, critical, None)
    try:
        return Extension(name, True, critical, decoder(raw[start:stop]))
    except DerError as error:
        return Extension(name, True, critical, None, str(error))


_cached = lru_cache(maxsize=4096)(_read)


def serial_hex(content: bytes) -> str:
    """A serial number from the content of its INTEGER: hex without leading zeros, `-` if negative."""
    if content and content[0] & 0x80:
        return f"-{-int.from_bytes(content, 'big', signed=True):x}"
    return content.hex().lstrip("0") or "0"


# Decoders, each for one extension ----------------------------------------------------------------


def _basic_constraints(value: bytes) -> BasicConstraints:
    at, end = der.whole(value, der.SEQUENCE)
    ca = False
    path_length = None
    if at < end and value[at] == der.BOOLEAN:
        start, at = der.expect(value, at, end, der.BOOLEAN)
        ca = der.boolean(value, start, at)
    if at < end:
        start, at = der.expect(value, at, end, der.INTEGER)
        path_length = der.integer(value, start, at)
        if not 0 <= path_length < 2**31:
            raise DerError("bad path length")
    _nothing_after(at, end)
    return BasicConstraints(ca=ca, path_length=path_length)


def _key_usage(value: bytes) -> tuple[str, ...]:
    start, stop = der.whole(value, der.BIT_STRING)
    if stop - start > 3:
        # Bits that have no name (RFC 5280, section 4.2.1.3) are nobody's usage.
        value, start, stop = b"\x00" + value[start + 1 : start + 3], 0, 3
    numbers = der.bits(value, start, stop)
    return tuple(oids.KEY_USAGES[number] for number in numbers if number < len(oids.KEY_USAGES))


def _extended_key_usage(value: bytes) -> tuple[str, ...]:
    dotted = _object_identifiers(value)
    return tuple(oids.EXTENDED_KEY_USAGES.get(purpose, purpose) for purpose in dotted)


def _object_identifiers(value: bytes) -> list[str]:
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    found = []
    while at < end:
        start, at = der.expect(value, at, end, der.OID)
        found.append(der.object_identifier(value[start:at]))
    return found


def _subject_key_identifier(value: bytes) -> str:
    start, stop = der.whole(value, der.OCTET_STRING)
    return value[start:stop].hex()


def _authority_key_identifier(value: bytes) -> AuthorityKeyIdentifier:
    at, end = der.whole(value, der.SEQUENCE)
    key_id = serial = ""
    last = -1
    while at < end:
        tag, start, at = der.read(value, at, end)
        if tag & 0x1F <= last:
            raise DerError("fields out of order")
        last = tag & 0x1F
        if tag == 0x80:
            key_id = value[start:at].hex()
        elif tag == 0xA1:
            _general_names(value, start, at)
        elif tag == 0x82:
            if start == at:
                raise DerError("empty integer")
            serial = serial_hex(value[start:at])
        else:
            raise DerError("unexpected field")
    return AuthorityKeyIdentifier(key_id=key_id, serial=serial)


def _alt_names(value: bytes) -> AltNames:
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    return _general_names(value, at, end)


def _general_names(value: bytes, at: int, end: int) -> AltNames:
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
    _nothing_after(stop, end)
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


def _authority_info_access(value: bytes) -> InformationAccess:
    at, end = der.whole(value, der.SEQUENCE)
    ocsp = []
    ca_issuers = []
    while at < end:
        start, at = der.expect(value, at, end, der.SEQUENCE)
        method_start, method_stop = der.expect(value, start, at, der.OID)
        tag, start, stop = der.read(value, method_stop, at)
        _nothing_after(stop, at)
        if tag != 0x86:
            continue
        url = _url(value[start:stop])
        method = value[method_start:method_stop]
        if method == _OCSP:
            ocsp.append(url)
        elif method == _CA_ISSUERS:
            ca_issuers.append(url)
    return InformationAccess(ocsp=tuple(ocsp), ca_issuers=tuple(ca_issuers))


def _url(content: bytes) -> str:
    if not content.isascii():
        raise DerError("URL is not ASCII")
    return visible(content.decode("ascii"))


def _distribution_points(value: bytes) -> tuple[str, ...]:
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    urls: list[str] = []
    while at < end:
        start, at = der.expect(value, at, end, der.SEQUENCE)
        for tag, inside, stop in der.children(value, start, at):
            if tag == 0xA0:
                urls.extend(_point_urls(value, inside, stop))
            elif tag == 0xA2:
                _general_names(value, inside, stop)
            elif tag != 0x81:
                raise DerError("unexpected field")
    return tuple(urls)


def _point_urls(value: bytes, at: int, end: int) -> list[str]:
    tag, start, stop = der.read(value, at, end)
    _nothing_after(stop, end)
    if tag == 0xA1:  # nameRelativeToCRLIssuer
        der.check(value, start, stop)
        return []
    if tag != 0xA0:
        raise DerError("unexpected field")
    _general_names(value, start, stop)
    return [
        _url(value[inside:inside_stop])
        for kind, inside, inside_stop in der.children(value, start, stop)
        if kind == 0x86
    ]


def _certificate_policies(value: bytes) -> tuple[str, ...]:
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    policies = []
    while at < end:
        start, at = der.expect(value, at, end, der.SEQUENCE)
        oid_start, stop = der.expect(value, start, at, der.OID)
        policies.append(der.object_identifier(value[oid_start:stop]))
        if stop < at:
            start, stop = der.expect(value, stop, at, der.SEQUENCE)
            _policy_qualifiers(value, start, stop)
        _nothing_after(stop, at)
    return tuple(policies)


def _policy_qualifiers(value: bytes, at: int, end: int) -> None:
    while at < end:
        start, at = der.expect(value, at, end, der.SEQUENCE)
        oid_start, stop = der.expect(value, start, at, der.OID)
        qualifier = value[oid_start:stop]
        tag, inside, stop = der.read(value, stop, at)
        _nothing_after(stop, at)
        if qualifier == _CPS and (tag != der.IA5_STRING or not value[inside:stop].isascii()):
            raise DerError("bad CPS address")
        if qualifier == _USER_NOTICE and tag != der.SEQUENCE:
            raise DerError("bad user notice")
        if qualifier == _USER_NOTICE:
            for kind, text_at, text_stop in der.children(value, inside, stop):
                _displayed_text(kind, value, text_at, text_stop)


def _displayed_text(tag: int, value: bytes, start: int, stop: int) -> None:
    if tag == der.SEQUENCE:  # NoticeReference
        der.check(value, start, stop)
    elif _is_bad_text(tag, value[start:stop]):
        raise DerError("bad notice text")


def _is_bad_text(tag: int, content: bytes) -> bool:
    """Whether a DisplayText (RFC 5280, section 4.2.1.4) holds what its string type forbids."""
    if tag in (der.IA5_STRING, der.VISIBLE_STRING):
        return not content.isascii()
    codec = {der.UTF8_STRING: "utf-8", der.BMP_STRING: "utf-16-be"}.get(tag)
    if codec is None:
        return True
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return True
    return False


def _name_constraints(value: bytes) -> None:
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    for tag, start, stop in der.children(value, at, end):
        if tag not in (0xA0, 0xA1) or start == stop:
            raise DerError("unexpected field")
        for kind, inside, inside_stop in der.children(value, start, stop):
            if kind != der.SEQUENCE:
                raise DerError("bad subtree")
            _subtree(value, inside, inside_stop)


def _subtree(value: bytes, at: int, end: int) -> None:
    tag, start, stop = der.read(value, at, end)
    if tag == 0x87:
        _address_and_mask(value[start:stop])
    if tag in (0x81, 0x82, 0x86) and not value[start:stop].isascii():
        raise DerError("name is not ASCII")
    if tag not in (0xA0, 0x81, 0x82, 0xA3, 0xA4, 0xA5, 0x86, 0x87, 0x88):
        raise DerError("unknown kind of name")
    for bound, _, _ in der.children(value, stop, end):
        if bound not in (0x80, 0x81):
            raise DerError("unexpected field")


def _address_and_mask(content: bytes) -> None:
    half = len(content) // 2
    if len(content) not in (8, 32):
        raise DerError("bad address and mask")
    holes = ~int.from_bytes(content[half:], "big") & ((1 << 8 * half) - 1)
    if holes & (holes + 1):
        raise DerError("mask is not a prefix")


def _policy_constraints(value: bytes) -> None:
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    for tag, start, stop in der.children(value, at, end):
        if tag not in (0x80, 0x81) or der.integer(value, start, stop) < 0:
            raise DerError("bad policy constraint")


def _policy_mappings(value: bytes) -> None:
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    for tag, start, stop in der.children(value, at, end):
        if tag != der.SEQUENCE:
            raise DerError("bad mapping")
        middle = der.expect(value, start, stop, der.OID)[1]
        _nothing_after(der.expect(value, middle, stop, der.OID)[1], stop)


def _inhibit_any_policy(value: bytes) -> None:
    if der.integer(value, *der.whole(value, der.INTEGER)) < 0:
        raise DerError("negative number")


def _timestamp_list(value: bytes) -> None:
    """RFC 6962, section 3.3: a TLS vector of vectors inside an OCTET STRING."""
    at, end = der.whole(value, der.OCTET_STRING)
    if end - at < 2 or int.from_bytes(value[at : at + 2], "big") != end - at - 2:
        raise DerError("bad list length")
    at += 2
    while at < end:
        at += 2 + int.from_bytes(value[at : at + 2], "big")
    _nothing_after(at, end)


def _tls_feature(value: bytes) -> None:
    at, end = der.whole(value, der.SEQUENCE)
    for tag, _, _ in der.children(value, at, end):
        if tag != der.INTEGER:
            raise DerError("bad feature")


def _null(value: bytes) -> None:
    start, stop = der.whole(value, der.NULL)
    _nothing_after(start, stop)


def _one_element(value: bytes) -> None:
    _nothing_after(der.read(value, 0, len(value))[2], len(value))
    der.check(value, 0, len(value))


def _crl_number(value: bytes) -> str:
    number = der.integer(value, *der.whole(value, der.INTEGER))
    # Longer ones would also meet Python's bound on printing integers.
    if number.bit_length() > 8 * 64:
        raise DerError("number too long")
    return str(number)


def _issuing_distribution_point(value: bytes) -> IssuingDistributionPoint:
    at, end = der.whole(value, der.SEQUENCE)
    flags = {0x81: "user", 0x82: "ca", 0x84: "indirect", 0x85: "attribute"}
    scope = []
    for tag, start, stop in der.children(value, at, end):
        if tag == 0xA0:
            _point_urls(value, start, stop)
            scope.append("named")
        elif tag == 0x83:
            der.bits(value, start, min(stop, start + 4))
            scope.append("reasons")
        elif tag in flags:
            if der.boolean(value, start, stop):
                scope.append(flags[tag])
        else:
            raise DerError("unexpected field")
    return IssuingDistributionPoint(scope=tuple(scope))


def _reason_code(value: bytes) -> str:
    start, stop = der.whole(value, der.ENUMERATED)
    code = der.integer(value, start, stop)
    if code not in _REASONS:
        raise DerError("unknown reason")
    return _REASONS[code]


def _invalidity_date(value: bytes) -> datetime:
    start, stop = der.whole(value, der.GENERALIZED_TIME)
    return der.moment(value, der.GENERALIZED_TIME, start, stop)


def _nothing_after(at: int, end: int) -> None:
    if at != end:
        raise DerError("trailing data")


# RFC 5280, section 5.3.1; 7 is not used.
_REASONS = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}

_SPECIAL_DECODERS: dict[str, Decoder] = {
    "subjectKeyIdentifier": _subject_key_identifier,
    "keyUsage": _key_usage,
    "subjectAltName": _alt_names,
    "issuerAltName": _alt_names,
    "basicConstraints": _basic_constraints,
    "crlNumber": _crl_number,
    "reasonCode": _reason_code,
    "invalidityDate": _invalidity_date,
    "certificateIssuer": _alt_names,
    "deltaCRLIndicator": _crl_number,
    "issuingDistributionPoint": _issuing_distribution_point,
    "nameConstraints": _name_constraints,
    "cRLDistributionPoints": _distribution_points,
    "freshestCRL": _distribution_points,
    "certificatePolicies": _certificate_policies,
    "policyMappings": _policy_mappings,
    "authorityKeyIdentifier": _authority_key_identifier,
    "policyConstraints": _policy_constraints,
    "extendedKeyUsage": _extended_key_usage,
    "inhibitAnyPolicy": _inhibit_any_policy,
    "authorityInfoAccess": _authority_info_access,
    "tlsFeature": _tls_feature,
    "ocspNoCheck": _null,
    "precertificatePoison": _null,
    "signedCertificateTimestampList": _timestamp_list,
}

# Known to the console, by the content of the identifier, each with what takes it apart.
_DECODERS: dict[bytes, tuple[str, Decoder]] = {
    der.encode_object_identifier(dotted): (name, _SPECIAL_DECODERS.get(name, _one_element))
    for dotted, name in oids.EXTENSIONS.items()
}

# Different in every certificate, so that keeping them would only push others out.
_PARTICULAR = tuple(
    der.encode(der.OID, der.encode_object_identifier(dotted))
    for dotted, name in oids.EXTENSIONS.items()
    if name in ("subjectKeyIdentifier", "subjectAltName", "signedCertificateTimestampList")
)
