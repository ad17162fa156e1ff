"""TLS alerts as libraries write them: with underscores, spaces or capitals, or by other names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pki.tls_alerts import ALERT_NAMES


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: its number, its name, and what else libraries call it."""

    number: int
    name: str
    aliases: tuple[str, ...] = ()
    about_certificate: bool = False
    """Whether it blames the certificate of the side that it is sent to."""


# What libraries call an alert beside its name.
_ALIASES: Final[dict[int, tuple[str, ...]]] = {
    20: ("bad record MAC",),
    40: ("Handshake failed",),
    41: ("No certificate was sent",),
    42: ("Certificate is bad",),
    43: ("Certificate is not supported", "unsupported cert"),
    44: ("Certificate was revoked", "revoked certificate"),
    45: ("expired certificate",),
    46: ("Unknown certificate",),
    48: ("CA is unknown", "unknown certificate authority"),
    49: ("Access was denied",),
    51: ("error decrypting message",),
    70: ("Error in protocol version", "protocol version not supported"),
    71: ("insufficient security level",),
    90: ("user cancelled",),
    112: ("The server name sent was not recognized", "unrecognised name"),
    116: ("Certificate is required",),
    120: ("No supported application protocol",),
}
_BLAME_THE_CERTIFICATE: Final = frozenset({41, 42, 43, 44, 45, 46, 48, 49, 116})

_ALL: Final = tuple(
    Alert(
        number,
        name,
        _ALIASES.get(number, ()),
        about_certificate=number in _BLAME_THE_CERTIFICATE,
    )
    for number, name in ALERT_NAMES.items()
)

ALERTS: Final[dict[int, Alert]] = {alert.number: alert for alert in _ALL}

_LONGEST_NAME: Final = 60


def compact(text: str) -> str:
    """Only the letters, small: every way of writing a name falls into one."""
    return "".join(letter for letter in text.lower() if "a" <= letter <= "z")


_BY_NAME: Final[dict[str, int]] = {
    compact(name): alert.number for alert in _ALL for name in (alert.name, *alert.aliases)
}
_LONGEST_FIRST: Final = tuple(sorted(_BY_NAME, key=len, reverse=True))


def alert_named(text: str) -> int | None:
    """The alert whose name the text begins with, in whatever way it is written."""
    begins = compact(text[:_LONGEST_NAME])
    for name in _LONGEST_FIRST:
        if begins.startswith(name):
            return _BY_NAME[name]
    return None
