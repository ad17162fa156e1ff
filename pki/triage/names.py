"""Distinguished names inside a line of text, in whichever notation a program wrote them.

`/C=BE/O=Example/CN=x` (OpenSSL before 1.1), `C = BE, O = Example, CN = x` (1.1 and 3.x),
`CN=x,O=Example,C=BE` (RFC 4514, Java, nginx), `CN=x; O=Example` and the like. What the notation
leaves open stays open: two names are the same here when they hold the same attributes, in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LONGEST_VALUE: Final = 256
_MOST_ATTRIBUTES: Final = 40

_TYPES: Final[dict[str, str]] = {
    "cn": "CN",
    "commonname": "CN",
    "ou": "OU",
    "o": "O",
    "c": "C",
    "st": "ST",
    "s": "ST",
    "l": "L",
    "dc": "DC",
    "uid": "UID",
    "e": "EMAIL",
    "email": "EMAIL",
    "emailaddress": "EMAIL",
    "1.2.840.113549.1.9.1": "EMAIL",
    "serialnumber": "SERIALNUMBER",
    "street": "STREET",
    "postalcode": "POSTALCODE",
    "title": "TITLE",
    "sn": "SN",
    "gn": "GN",
    "businesscategory": "BUSINESSCATEGORY",
}
_KEY: Final = re.compile(
    r"(?<![A-Za-z0-9._-])"
    r"(CN|commonName|OU|O|C|ST|S|L|DC|UID|E|EMAIL|emailAddress|1\.2\.840\.113549\.1\.9\.1"
    r"|serialNumber|street|postalCode|title|SN|GN|businessCategory) ?= ?",
    re.IGNORECASE,
)
# What ends the last value of a name.
_TERMINATORS: Final = re.compile(
    r"""[\]})"'|]|\s/\s|\s{2}|, (?:issuer|serial|notbefore|depth)\b|; ?$""", re.IGNORECASE
)
# Octets as OpenSSL escapes them: `\\C3\\A9` since 1.1, `\\xC3\\xA9` in the notation with slashes.
_OCTETS: Final = re.compile(r"(?:\\x?[0-9A-Fa-f]{2}){1,128}")
_SEPARATORS: Final = ("/", ",", ";", "+")


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name in a line: where it stands, its text, and its attributes in the order written."""

    start: int
    end: int
    text: str
    attributes: tuple[tuple[str, str], ...]

    @property
    def common_name(self) -> str:
        """Its common name, or empty."""
        return next((value for key, value in self.attributes if key == "CN"), "")


def names_in(text: str) -> Iterator[FoundName]:
    """The names in a line of text."""
    keys = list(_KEY.finditer(text))
    begin = 0
    while begin < len(keys):
        end = begin
        attributes = []
        stop = 0
        while True:
            following = keys[end + 1].start() if end + 1 < len(keys) else len(text)
            value, stop, goes_on = _value(text, keys[end].end(), following)
            attributes.append((_TYPES[keys[end][1].lower()], value))
            end += 1
            if not goes_on or end >= len(keys) or len(attributes) >= _MOST_ATTRIBUTES:
                break
        start = keys[begin].start()
        if start and text[start - 1] == "/":
            start -= 1
        if any(value for _, value in attributes):
            yield FoundName(start, stop, text[start:stop], tuple(attributes))
        begin = end


def _value(text: str, start: int, following: int) -> tuple[str, int, bool]:
    """The value from `start`, where it ends, and whether an attribute follows at `following`."""
    stretch = text[start : min(following, start + _LONGEST_VALUE)]
    goes_on = False
    if following < len(text):
        bare = stretch.rstrip()
        if bare.endswith(_SEPARATORS):
            goes_on = True
            stretch = bare[:-1]
    if stretch.startswith('"') and (closing := stretch.find('"', 1)) > 0:
        return _unescaped(stretch[1:closing]), start + closing + 1, goes_on
    if found := _TERMINATORS.search(stretch):
        stretch, goes_on = stretch[: found.start()], False
    value = stretch.rstrip(" ,;")
    return _unescaped(value), start + len(value), goes_on


def _unescaped(value: str) -> str:
    if "\\" not in value:
        return value
    value = _OCTETS.sub(_decoded, value)
    return re.sub(r"\\([,+\"<>;= #\\])", r"\1", value)


def _decoded(match: re.Match[str]) -> str:
    octets = bytes.fromhex(match[0].replace("\\x", "").replace("\\", ""))
    return octets.decode("utf-8", "replace")


def same_attributes(one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]) -> bool:
    """Whether two names hold the same, in whatever order and letters they are written."""
    return _folded(one) == _folded(other)


def _folded(attributes: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return sorted((key, " ".join(value.casefold().split())) for key, value in attributes)
