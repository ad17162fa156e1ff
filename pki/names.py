"""Distinguished names: RFC 4514 text, OpenSSL's one-line text, and the digest that compares them.

Two names are the same to OpenSSL when their canonical encodings are (`x509_name_canon`): string
types become UTF8String, ASCII letters lower case, white space collapsed; the digest here is taken
over those bytes. Text never holds a character that could act on a terminal, a header or a page:
control, format and separator characters are escaped as the pairs of RFC 4514, section 2.4.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from pki import der, oids
from pki.der import DerError
from pki.findings import Finding, finding

_CODECS = {
    der.UTF8_STRING: "utf-8",
    der.PRINTABLE_STRING: "latin-1",
    der.IA5_STRING: "latin-1",
    der.VISIBLE_STRING: "latin-1",
    der.NUMERIC_STRING: "latin-1",
    der.TELETEX_STRING: "latin-1",
    der.BMP_STRING: "utf-16-be",
    der.UNIVERSAL_STRING: "utf-32-be",
}
_ASCII_TAGS = frozenset(
    (der.PRINTABLE_STRING, der.IA5_STRING, der.VISIBLE_STRING, der.NUMERIC_STRING)
)
# ASN1_MASK_CANON of OpenSSL: NumericString is not part of it and is compared as it stands.
_CANONICAL_TAGS = frozenset(_CODECS) - {der.NUMERIC_STRING}
_ESCAPED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
_RFC4514_SPECIAL = frozenset('"+,;<>\\')

# Caches are bounded in number here and in the size of what they keep, so that no input fills them.
_CACHED_BYTES = 1024


class NameFacts(NamedTuple):
    """One distinguished name.

    `text` is RFC 4514 (most specific first); `sha256` digests the canonical encoding; `cn` and
    `organization` are the most specific of their kind, escaped but not quoted, or empty.
    """

    text: str
    sha256: str
    cn: str
    organization: str
    findings: tuple[Finding, ...]


class _Rdn(NamedTuple):
    """One relative distinguished name: a SET, nearly always of one attribute."""

    text: str
    canonical: bytes
    values: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


def is_plain(text: str) -> bool:
    """Whether every character is visible on its own: nothing that `visible` would escape."""
    return text.isprintable() or not any(map(_is_escaped, text))


def visible(text: str) -> str:
    """The text with control, format and separator characters as pairs: CR LF is `\\0D\\0A`."""
    if text.isprintable():
        return text
    return "".join(_pairs(char) if _is_escaped(char) else char for char in text)


def _is_escaped(char: str) -> bool:
    if char == " ":
        return False
    category = unicodedata.category(char)
    return category in _ESCAPED_CATEGORIES or category == "Zs"


def _pairs(char: str) -> str:
    return "".join(f"\\{octet:02X}" for octet in char.encode("utf-8", "surrogatepass"))


def decode_string(tag: int, content: bytes) -> str | None:
    """The text of an ASN.1 string type; None where it is no string or not decodable."""
    codec = _CODECS.get(tag)
    if codec is None:
        return None
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def canonical_name(raw: bytes) -> bytes:
    """OpenSSL's canonical encoding of a DER Name, without an outer SEQUENCE. Raises `DerError`.

    The first four octets of its SHA-1, little-endian, are what `openssl x509 -subject_hash` prints.
    """
    at, end = der.whole(raw, der.SEQUENCE)
    relative_names = []
    while at < end:
        start = at
        at = der.expect(raw, at, end, der.SET)[1]
        relative_names.append(_rdn(raw[start:at]).canonical)
    return b"".join(relative_names)


def read_name(raw: bytes) -> NameFacts:
    """The facts of a DER Name. Never raises: what does not decode is a finding."""
    if len(raw) <= _CACHED_BYTES:
        return _cached_name(raw)
    return _name(raw)


def read_name_once(raw: bytes) -> NameFacts:
    """As `read_name`, for names that are not expected again: a leaf's subject."""
    return _name(raw)


def _name(raw: bytes) -> NameFacts:
    rdns: list[_Rdn] = []
    findings: list[Finding] = []
    try:
        at, end = der.whole(raw, der.SEQUENCE)
        while at < end:
            start = at
            at = der.expect(raw, at, end, der.SET)[1]
            rdns.append(_rdn(raw[start:at]))
    except DerError as error:
        findings.append(finding("name.malformed", why=str(error)))
    cn = organization = ""
    canonical = []
    texts = []
    common_names = 0
    for rdn in rdns:
        canonical.append(rdn.canonical)
        texts.append(rdn.text)
        for attribute, value in rdn.values:
            if attribute == oids.COMMON_NAME:
                cn = value
                common_names += 1
            elif attribute == oids.ORGANIZATION:
                organization = value
        if rdn.findings:
            findings.extend(rdn.findings)
    if common_names > 1:
        findings.append(finding("name.several_common_names", count=common_names))
    texts.reverse()
    return NameFacts(
        text=",".join(texts),
        sha256=hashlib.sha256(b"".join(canonical)).hexdigest(),
        cn=cn,
        organization=organization,
        findings=tuple(findings),
    )


_cached_name = lru_cache(maxsize=2048)(_name)


def _rdn(raw: bytes) -> _Rdn:
    return _cached_rdn(raw) if len(raw) <= _CACHED_BYTES else _read_rdn(raw)


def _read_rdn(raw: bytes) -> _Rdn:
    at, end = der.whole(raw, der.SET)
    if at == end:
        raise DerError("empty relative name")
    parts: list[tuple[bytes, str]] = []
    values: list[tuple[str, str]] = []
    findings: list[Finding] = []
    while at < end:
        at, attribute, tag, value_at = _attribute_at(raw, at, end)
        content = raw[value_at:at]
        text = decode_string(tag, content)
        dotted = der.object_identifier(attribute)
        known = oids.ATTRIBUTE_TYPES.get(dotted)
        shown = known.rfc4514 if known else dotted
        parts.append(
            (_canonical_attribute(attribute, tag, content, text), _text(shown, tag, content, text))
        )
        values.append((dotted, "" if text is None else visible(text)))
        _check_value(findings, shown, tag, text)
    # A SET OF is encoded in the order of its elements' encodings (X.690, 11.6).
    return _Rdn(
        text="+".join(text for _, text in parts),
        canonical=der.encode(der.SET, b"".join(sorted(encoded for encoded, _ in parts))),
        values=tuple(values),
        findings=tuple(findings),
    )


_cached_rdn = lru_cache(maxsize=8192)(_read_rdn)


def _attribute_at(raw: bytes, at: int, end: int) -> tuple[int, bytes, int, int]:
    """The AttributeTypeAndValue at `at`: where it stops, its type, its value's tag and start."""
    start, stop = der.expect(raw, at, end, der.SEQUENCE)
    oid_start, oid_stop = der.expect(raw, start, stop, der.OID)
    tag, value_at, value_stop = der.read(raw, oid_stop, stop)
    if value_stop != stop:
        raise DerError("trailing data")
    return stop, raw[oid_start:oid_stop], tag, value_at


def _canonical_attribute(attribute: bytes, tag: int, content: bytes, text: str | None) -> bytes:
    if text is not None and tag in _CANONICAL_TAGS:
        if tag != der.UTF8_STRING:
            content = text.encode("utf-8", "surrogatepass")
        # bytes.split() and bytes.lower() know ASCII only, exactly as ossl_isspace and ossl_tolower.
        content = b" ".join(content.split()).lower()
        tag = der.UTF8_STRING
    return der.encode(der.SEQUENCE, der.encode(der.OID, attribute) + der.encode(tag, content))


def _text(name: str, tag: int, content: bytes, text: str | None) -> str:
    if text is None:
        return f"{name}=#{der.encode(tag, content).hex()}"
    return f"{name}={_escape_rfc4514(text)}"


def _escape_rfc4514(text: str) -> str:
    if text.isprintable() and _RFC4514_SPECIAL.isdisjoint(text):
        escaped = text
    else:
        escaped = "".join(
            f"\\{char}" if char in _RFC4514_SPECIAL else _pairs(char) if _is_escaped(char) else char
            for char in text
        )
    if escaped[:1] in (" ", "#"):
        escaped = f"\\{escaped}"
    if escaped[-1:] == " " and text != " ":
        escaped = f"{escaped[:-1]}\\ "
    return escaped


def _check_value(findings: list[Finding], attribute: str, tag: int, text: str | None) -> None:
    if text is None:
        findings.append(finding("name.undecodable", attribute=attribute))
        return
    if tag in _ASCII_TAGS and not text.isascii():
        findings.append(finding("name.bad_string", attribute=attribute))
    if not is_plain(text):
        findings.append(finding("name.control_characters", attribute=attribute))
    if not text.strip():
        findings.append(finding("name.empty_value", attribute=attribute))
    if attribute == "C":
        if not (len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()):
            findings.append(finding("name.country_invalid", country=visible(text)[:64]))
        elif text == "UK":
            findings.append(finding("name.country_uk"))


# The one-line notation of `openssl s_client` and `openssl x509 -subject` ------------------------


def one_line(name_der: bytes) -> str:
    """A DER Name as OpenSSL 3.0 prints it: `C = BE, O = GlobalSign nv-sa, CN = ...`.

    That is XN_FLAG_ONELINE: specific last, characters beyond ASCII as escaped UTF-8 octets, values
    with special characters in quotes. What does not decode is printed as `#` and hex.
    """
    pieces: list[str] = []
    try:
        at, end = der.whole(name_der, der.SEQUENCE)
        while at < end:
            inside, at = der.expect(name_der, at, end, der.SET)
            joined: list[str] = []
            while inside < at:
                inside, attribute, tag, value_at = _attribute_at(name_der, inside, at)
                dotted = der.object_identifier(attribute)
                known = oids.ATTRIBUTE_TYPES.get(dotted)
                value = _one_line_value(tag, name_der[value_at:inside])
                joined.append(f"{known.openssl if known else dotted} = {value}")
            pieces.append(" + ".join(joined))
    except DerError:
        pieces.append(f"#{name_der[:256].hex().upper()}")
    return ", ".join(pieces)


def _one_line_value(tag: int, content: bytes) -> str:
    text = decode_string(tag, content)
    if text is None:
        return f"#{der.encode(tag, content).hex().upper()}"
    quoted = False
    out: list[str] = []
    last = len(text) - 1
    for position, char in enumerate(text):
        code = ord(char)
        if code > 0x7E or code < 0x20:
            out.append(_pairs(char))
        elif char in '\\"':
            out.append(f"\\{char}")
        else:
            edge = (position == 0 and char in " #") or (position == last and char == " ")
            quoted = quoted or edge or char in "+,;<>"
            out.append(char)
    return f'"{"".join(out)}"' if quoted else "".join(out)


def subject_and_issuer_lines(certificate_der: bytes) -> tuple[str, str]:
    """The one-line subject and issuer of a DER certificate, as `s_client` prints after `s:`, `i:`.

    Raises `DerError` where the bytes have not the structure of a certificate.
    """
    issuer, subject = issuer_and_subject(certificate_der)
    return one_line(subject), one_line(issuer)


def issuer_and_subject(certificate_der: bytes) -> tuple[bytes, bytes]:
    """The raw names of a DER certificate: issuer, subject. Raises `DerError`."""
    at, end = der.expect(certificate_der, 0, len(certificate_der), der.SEQUENCE)
    at, end = der.expect(certificate_der, at, end, der.SEQUENCE)
    tag, _, stop = der.read(certificate_der, at, end)
    if tag == 0xA0:
        stop = der.expect(certificate_der, stop, end, der.INTEGER)[1]
    issuer_at = der.expect(certificate_der, stop, end, der.SEQUENCE)[1]
    issuer_stop = der.expect(certificate_der, issuer_at, end, der.SEQUENCE)[1]
    subject_at = der.expect(certificate_der, issuer_stop, end, der.SEQUENCE)[1]
    subject_stop = der.expect(certificate_der, subject_at, end, der.SEQUENCE)[1]
    return certificate_der[issuer_at:issuer_stop], certificate_der[subject_at:subject_stop]
