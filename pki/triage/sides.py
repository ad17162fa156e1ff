"""Who refused whom, as far as a line tells."""

from __future__ import annotations

from typing import Final

from pki.triage.alerts import ALERTS
from pki.triage.meaning import Heard, Kind, Meaning, Side

# Events whose refusing side is the same whoever writes them down.
_REFUSED_BY: Final[dict[str, Side]] = {
    "tls.no_client_certificate": Side.SERVER,
    "tls.client_certificate_refused": Side.SERVER,
    "tls.no_peer_certificate": Side.CLIENT,
    "tls.pin_mismatch": Side.CLIENT,
    "ftp.tls_required": Side.SERVER,
    "ftp.no_tls": Side.SERVER,
    "ftp.session_reuse": Side.SERVER,
    "ftp.data_protection": Side.SERVER,
    "ftp.login_refused": Side.SERVER,
    "ssh.host_key_changed": Side.CLIENT,
    "ssh.host_key_unknown": Side.CLIENT,
    "ssh.login_refused": Side.SERVER,
    "ssh.no_account": Side.SERVER,
    "ssh.key_type_refused": Side.SERVER,
    "ssh.too_many_keys": Side.SERVER,
}


def refused_by(means: Meaning, writer: Side | None) -> Side | None:
    """The side that refused: whoever verified, or whoever sent the alert."""
    if means.kind is Kind.VERIFY or means.event == "tls.verify_failed":
        return writer
    if means.kind is Kind.ALERT:
        if writer is None or means.heard is None:
            return None
        return writer if means.heard is Heard.SENT else writer.other
    return _REFUSED_BY.get(means.event)


def is_about_certificate(means: Meaning) -> bool:
    """Whether it blames the certificate of the side that was refused."""
    if means.kind is Kind.ALERT:
        return ALERTS[means.number].about_certificate
    return means.kind is Kind.VERIFY or means.event == "tls.verify_failed"
