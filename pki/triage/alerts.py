"""TLS alerts: RFC 8446, section 6, and those of RFC 5246, section 7.2, that 1.3 no longer sends.

An alert is all that one side tells the other about why it hangs up. The names are those of the
registry; libraries write them with underscores, spaces or capitals, or call them something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: its number, its name, and what else libraries call it."""

    number: int
    name: str
    aliases: tuple[str, ...] = ()
    about_certificate: bool = False
    """Whether it blames the certificate of the side that it is sent to."""


_ALL: Final = (
    Alert(0, "close_notify"),
    Alert(10, "unexpected_message"),
    Alert(20, "bad_record_mac", ("bad record MAC",)),
    Alert(21, "decryption_failed"),
    Alert(22, "record_overflow"),
    Alert(30, "decompression_failure"),
    Alert(40, "handshake_failure", ("Handshake failed",)),
    Alert(41, "no_certificate", ("No certificate was sent",), about_certificate=True),
    Alert(42, "bad_certificate", ("Certificate is bad",), about_certificate=True),
    Alert(
        43,
        "unsupported_certificate",
        ("Certificate is not supported", "unsupported cert"),
        about_certificate=True,
    ),
    Alert(
        44,
        "certificate_revoked",
        ("Certificate was revoked", "revoked certificate"),
        about_certificate=True,
    ),
    Alert(45, "certificate_expired", ("expired certificate",), about_certificate=True),
    Alert(46, "certificate_unknown", ("Unknown certificate",), about_certificate=True),
    Alert(47, "illegal_parameter"),
    Alert(
        48,
        "unknown_ca",
        ("CA is unknown", "unknown certificate authority"),
        about_certificate=True,
    ),
    Alert(49, "access_denied", ("Access was denied",), about_certificate=True),
    Alert(50, "decode_error"),
    Alert(51, "decrypt_error", ("error decrypting message",)),
    Alert(60, "export_restriction"),
    Alert(70, "protocol_version", ("Error in protocol version", "protocol version not supported")),
    Alert(71, "insufficient_security", ("insufficient security level",)),
    Alert(80, "internal_error"),
    Alert(86, "inappropriate_fallback"),
    Alert(90, "user_canceled", ("user cancelled",)),
    Alert(100, "no_renegotiation"),
    Alert(109, "missing_extension"),
    Alert(110, "unsupported_extension"),
    Alert(111, "certificate_unobtainable"),
    Alert(
        112, "unrecognized_name", ("The server name sent was not recognized", "unrecognised name")
    ),
    Alert(113, "bad_certificate_status_response"),
    Alert(114, "bad_certificate_hash_value"),
    Alert(115, "unknown_psk_identity"),
    Alert(116, "certificate_required", ("Certificate is required",), about_certificate=True),
    Alert(120, "no_application_protocol", ("No supported application protocol",)),
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
