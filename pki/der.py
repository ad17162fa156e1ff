"""A walker over DER (X.690): tags, lengths and raw slices, and nothing that a caller does not ask for.

The objects were accepted by `cryptography` before their fields are walked here; this module exists
because one pass over the raw bytes is several times cheaper than an object for every field, and
because a field that does not decode must become a finding without losing the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OID = 0x06
ENUMERATED = 0x0A
UTF8_STRING = 0x0C
NUMERIC_STRING = 0x12
PRINTABLE_STRING = 0x13
TELETEX_STRING = 0x14
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
VISIBLE_STRING = 0x1A
UNIVERSAL_STRING = 0x1C
BMP_STRING = 0x1E
SEQUENCE = 0x30
SET = 0x31

MAXIMUM_DEPTH = 32


class DerError(ValueError):
    """Bytes that are not DER, or not the structure that was asked for. Its text is a short reason."""


def read(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The element at `at`, which must end by `end`: its tag, and where its content starts and stops.

    Only single-byte tags and minimal definite lengths (X.690, 8.1.2 and 10.1) are taken.
    """
    start = at + 2
    if start > end:
        raise DerError("truncated")
    tag = data[at]
    length = data[at + 1]
    if tag & 0x1F == 0x1F:
        raise DerError("multi-byte tag")
    if length >= 0x80:
        octets = length & 0x7F
        if octets == 0 or octets > 4 or start + octets > end:
            raise DerError("bad length")
        length = int.from_bytes(data[start : start + octets], "big")
        if length < 0x80 or length >> (8 * (octets - 1)) == 0:
            raise DerError("length not minimal")
        start += octets
    stop = start + length
    if stop > end:
        raise DerError("truncated")
    return tag, start, stop


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """The content bounds of the element at `at`, which must have this tag."""
    found, start, stop = read(data, at, end)
    if found != tag:
        raise DerError(f"tag {found:#04x} instead of {tag:#04x}")
    return start, stop


def whole(data: bytes, tag: int) -> tuple[int, int]:
    """The content bounds of the one element that `data` must consist of."""
    start, stop = expect(data, 0, len(data), tag)
    if stop != len(data):
        raise DerError("trailing data")
    return start, stop


def children(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Each element between `at` and `end`, as `read` gives it."""
    while at < end:
        tag, start, at = read(data, at, end)
        yield tag, start, at


def check(data: bytes, at: int, end: int, depth: int = 0) -> None:
    """Raise `DerError` unless everything between `at` and `end` is well-formed DER."""
    if depth > MAXIMUM_DEPTH:
        raise DerError("nested too deeply")
    while at < end:
        tag, start, at = read(data, at, end)
        if tag & 0x20:
            check(data, start, at, depth + 1)


def integer(data: bytes, start: int, stop: int) -> int:
    """The value of an INTEGER or ENUMERATED from its content."""
    if start == stop:
        raise DerError("empty integer")
    return int.from_bytes(data[start:stop], "big", signed=True)


def boolean(data: bytes, start: int, stop: int) -> bool:
    """The value of a BOOLEAN; DER knows 0x00 and 0xFF only (X.690, 11.1)."""
    content = data[start:stop]
    if content == b"\xff":
        return True
    if content == b"\x00":
        return False
    raise DerError("bad boolean")


def bits(data: bytes, start: int, stop: int) -> tuple[int, ...]:
    """The numbers of the bits that are set in a BIT STRING (a named bit list, X.690, 11.2)."""
    if start == stop or data[start] > 7 or (stop - start == 1 and data[start]):
        raise DerError("bad bit string")
    if stop - start > 1 and data[stop - 1] & ((1 << data[start]) - 1):
        raise DerError("unused bits set")
    return tuple(
        8 * (position - start - 1) + bit
        for position in range(start + 1, stop)
        for bit in range(8)
        if data[position] & (0x80 >> bit)
    )


def moment(data: bytes, tag: int, start: int, stop: int) -> datetime:
    """A UTCTime or GeneralizedTime in the forms of RFC 5280, 4.1.2.5, as an aware moment in UTC.

    Years 1 to 9999; a leap second (:60), which Python cannot hold, is not taken.
    """
    text = data[start:stop]
    if tag == UTC_TIME and len(text) == 13:
        digits = text[:12]
        century = "20" if digits < b"5" else "19"
    elif tag == GENERALIZED_TIME and len(text) == 15:
        digits = text[:14]
        century = ""
    else:
        raise DerError("bad time")
    if text[-1:] != b"Z" or not digits.isdigit():
        raise DerError("bad time")
    iso = f"{century}{digits.decode()}"
    try:
        return datetime.fromisoformat(f"{iso[:8]}T{iso[8:]}Z")
    except ValueError as error:
        raise DerError("bad time") from error


def object_identifier(content: bytes) -> str:
    """The dotted form of an OBJECT IDENTIFIER from its content (X.690, 8.19)."""
    if len(content) > 256:
        raise DerError("object identifier too long")
    return _dotted(content)


@lru_cache(maxsize=2048)
def _dotted(content: bytes) -> str:
    if not content or content[-1] & 0x80:
        raise DerError("bad object identifier")
    arcs: list[int] = []
    value = 0
    fresh = True
    for octet in content:
        if fresh and octet == 0x80:
            raise DerError("object identifier not minimal")
        value = (value << 7) | (octet & 0x7F)
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def encode_object_identifier(dotted: str) -> bytes:
    """The content of an OBJECT IDENTIFIER from its dotted form."""
    first, second, *others = map(int, dotted.split("."))
    content = bytearray()
    for arc in (40 * first + second, *others):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | (arc & 0x7F))
        content.extend(reversed(groups))
    return bytes(content)


def encode(tag: int, content: bytes) -> bytes:
    """One element with a definite length."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | octets)) + length.to_bytes(octets, "big") + content
