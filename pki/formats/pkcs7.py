"""PKCS#7 / CMS as a bag of certificates and CRLs (RFC 2315, section 9; RFC 5652, section 5).

Signed data without a signature is how authorities send chains. It is often BER with indefinite
lengths, so it is walked with a reader of its own; what is inside must be DER and is checked later.
"""

from __future__ import annotations

from dataclasses import dataclass

from pki import der

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED = (
    bytes.fromhex("2a864886f70d010703"),
    bytes.fromhex("2a864886f70d010704"),
    bytes.fromhex("2a864886f70d010706"),
)
_DEEPEST = 16


class NotPkcs7(ValueError):
    """The bytes are no PKCS#7 that holds certificates; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """The raw certificates and CRLs in their order, and how many elements of other kinds."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    others: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Element:
    """A BER element: its tag, where it starts, its content, and where the next one starts."""

    tag: int
    at: int
    start: int
    stop: int
    after: int


def read_pkcs7(data: bytes) -> Contents:
    """What a signed-data structure carries. Raises `NotPkcs7`."""
    try:
        return _read(data)
    except (der.DerError, IndexError) as error:
        raise NotPkcs7("block.pkcs7_malformed") from error


def _read(data: bytes) -> Contents:
    content_info = _element(data, 0, len(data))
    kind = _element(data, content_info.start, content_info.stop)
    identifier = data[kind.start : kind.stop]
    if identifier in _ENCRYPTED:
        raise NotPkcs7("block.pkcs7_encrypted")
    if identifier != _SIGNED_DATA:
        raise NotPkcs7("block.pkcs7_malformed")
    content = _element(data, kind.after, content_info.stop)
    signed = _element(data, content.start, content.stop)
    certificates: list[bytes] = []
    crls: list[bytes] = []
    others = 0
    at = signed.start
    while at < signed.stop:
        field = _element(data, at, signed.stop)
        at = field.after
        if field.tag not in (0xA0, 0xA1):
            continue
        found = certificates if field.tag == 0xA0 else crls
        inside = field.start
        while inside < field.stop:
            entry = _element(data, inside, field.stop)
            inside = entry.after
            if entry.tag == der.SEQUENCE:
                found.append(data[entry.at : entry.after])
            else:
                others += 1
    return Contents(certificates=tuple(certificates), crls=tuple(crls), others=others)


def _element(data: bytes, at: int, end: int, depth: int = 0) -> _Element:
    if at + 2 > end or depth > _DEEPEST:
        raise der.DerError("truncated or nested too deeply")
    tag = data[at]
    length = data[at + 1]
    start = at + 2
    if length == 0x80:
        inside = start
        while data[inside : inside + 2] != b"\0\0":
            inside = _element(data, inside, end, depth + 1).after
        return _Element(tag=tag, at=at, start=start, stop=inside, after=inside + 2)
    if length > 0x80:
        octets = length & 0x7F
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    if start + length > end:
        raise der.DerError("truncated")
    return _Element(tag=tag, at=at, start=start, stop=start + length, after=start + length)
