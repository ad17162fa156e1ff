"""What some bytes are, by their shape alone: the name of a file says nothing."""

from __future__ import annotations

from enum import StrEnum

from pki import der

_SIGNED_PKCS7 = bytes.fromhex("2a864886f70d0107")
_UTF16_ARMOUR = "-----BEGIN".encode("utf-16-le")


class Shape(StrEnum):
    """The structures that are told from each other by their first fields."""

    CERTIFICATE = "certificate"
    CRL = "crl"
    REQUEST = "request"
    PRIVATE_KEY = "private_key"
    PUBLIC_KEY = "public_key"
    PKCS7 = "pkcs7"
    PKCS12 = "pkcs12"
    UNKNOWN = "unknown"


def shape_of(data: bytes) -> Shape:
    """The shape of one DER (or BER) element. Never raises; nothing but the first fields is read."""
    if data[:2] == b"\x30\x82" and data[4:6] == b"\x30\x82" and data[8:10] == b"\xa0\x03":
        return (
            Shape.CERTIFICATE
        )  # nearly all there are; a version field stands in nothing else here
    fields = _fields(data, 0, 3)
    if data[:1] != b"\x30" or not fields:
        return Shape.UNKNOWN
    tags = tuple(tag for tag, _ in fields)
    first_tag, first_at = fields[0]
    if first_tag == der.OID:
        return Shape.PKCS7 if data.startswith(_SIGNED_PKCS7, first_at) else Shape.UNKNOWN
    if first_tag == der.INTEGER:
        return _numbered(data, tags, first_at)
    if first_tag != der.SEQUENCE:
        return Shape.UNKNOWN
    if tags[1:2] == (der.OCTET_STRING,):
        return Shape.PRIVATE_KEY  # EncryptedPrivateKeyInfo (RFC 5958, section 3)
    if tags[1:2] == (der.BIT_STRING,):
        return Shape.PUBLIC_KEY
    return _signed(data)


def _numbered(data: bytes, tags: tuple[int, ...], first_at: int) -> Shape:
    """Structures that begin with a version: keys and PKCS#12."""
    version = data[first_at : first_at + 1]
    if version == b"\x03" and tags[1:2] == (der.SEQUENCE,):
        return Shape.PKCS12
    if tags[1:] in ((der.SEQUENCE, der.OCTET_STRING), (der.INTEGER, der.INTEGER)):
        return Shape.PRIVATE_KEY  # PKCS#8 and the PKCS#1 and DSA forms
    if tags[1:2] == (der.OCTET_STRING,):
        return Shape.PRIVATE_KEY  # SEC1 (RFC 5915)
    if tags == (der.INTEGER, der.INTEGER):
        return Shape.PUBLIC_KEY  # RSAPublicKey
    return Shape.UNKNOWN


def _signed(data: bytes) -> Shape:
    """Structures whose first field is itself signed: certificates, CRLs, requests."""
    outer = _header(data, 0)
    if outer is None:
        return Shape.UNKNOWN
    fields = _fields(data, outer[1], 4)
    tags = tuple(tag for tag, _ in fields)
    if tags[:1] == (0xA0,):
        return Shape.CERTIFICATE
    times = (der.UTC_TIME, der.GENERALIZED_TIME)
    if tags[:1] == (der.SEQUENCE,) and tags[2:3] and tags[2] in times:
        return Shape.CRL
    if tags[:3] != (der.INTEGER, der.SEQUENCE, der.SEQUENCE) or len(tags) < 4:
        return Shape.UNKNOWN
    if tags[3] in times:
        return Shape.CRL
    if tags[3] == 0xA0:
        return Shape.REQUEST
    return Shape.CERTIFICATE if tags[3] == der.SEQUENCE else Shape.UNKNOWN


def _header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Tag, content start and stop, as far as BER goes: an indefinite length reaches to the end."""
    if at + 2 > len(data):
        return None
    length = data[at + 1]
    start = at + 2
    if length == 0x80:
        return data[at], start, len(data)
    if length > 0x80:
        octets = length & 0x7F
        if octets > 8:
            return None
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    return data[at], start, min(start + length, len(data))


def _fields(data: bytes, at: int, count: int) -> list[tuple[int, int]]:
    """Tag and content start of up to `count` fields of the element at `at`."""
    outer = _header(data, at)
    fields: list[tuple[int, int]] = []
    if outer is None:
        return fields
    _, at, end = outer
    while at < end and len(fields) < count:
        field = _header(data, at)
        if field is None:
            break
        fields.append((field[0], field[1]))
        at = field[2]
    return fields


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_der(data: bytes) -> bool:
    """Whether the bytes begin with a SEQUENCE whose length could be right."""
    if data[:1] != b"\x30" or len(data) < 4:
        return False
    if data[1] == 0x80:
        return True
    if data[1] < 0x80:
        # A short SEQUENCE also reads as text ('0' and one character): its inside must be DER as well.
        return _is_well_formed(data[2 : 2 + data[1]])
    return data[1] & 0x7F <= 4 and 2 + (data[1] & 0x7F) < len(data)


def _is_well_formed(content: bytes) -> bool:
    try:
        der.check(content, 0, len(content))
    except der.DerError:
        return False
    return bool(content)


def as_text(data: bytes) -> bytes:
    """Text as bytes with plain line ends: byte order marks, UTF-16, CR LF and lone CR undone."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    elif (at := data.find(_UTF16_ARMOUR)) >= 0:
        # Without a mark: the first zero octet before or after the dash tells the order.
        big_endian = at > 0 and data[at - 1] == 0 and at % 2 == 1
        codec = "utf-16-be" if big_endian else "utf-16-le"
        start = 0 if big_endian or at % 2 == 0 else 1
        data = data[start:].decode(codec, "replace").encode("utf-8", "replace")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xfe\xed\xfe\xed", "java_keystore"),
    (b"\xce\xce\xce\xce", "java_keystore"),
    (b"PuTTY-User-Key-File-", "putty_key"),
    (b"---- BEGIN SSH2", "ssh_public_key"),
    (b"ssh-", "ssh_public_key"),
    (b"ecdsa-sha2-", "ssh_public_key"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf", "seven_zip"),
    (b"Rar!", "rar"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xd0\xcf\x11\xe0", "office_document"),
)


def looks_like(data: bytes) -> str:
    """One word for what holds nothing that the console reads: `empty`, `html`, `text`, `binary`, ..."""
    head = data[:4096].strip(b"\0 \t\r\n")
    if not head:
        return "empty"
    for magic, word in _MAGIC:
        if head.startswith(magic):
            return word
    if data[257:262] == b"ustar":
        return "tar"
    lowered = head[:512].lower()
    if lowered.startswith((b"<!doctype html", b"<html")) or b"<html" in lowered:
        return "html"
    if lowered.startswith(b"<?xml"):
        return "xml"
    if lowered.startswith((b"{", b"[")):
        return "json"
    control = sum(octet < 9 or 13 < octet < 32 for octet in head)
    return "binary" if control * 20 > len(head) else "text"
