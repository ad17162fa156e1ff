"""Which failure is only the frame around another one, or what follows from it.

A program that cannot verify a certificate also sends an alert, closes the connection and says that
the handshake failed. That is one failure, and the reason is what people need.
"""

from __future__ import annotations

from typing import Final

from pki.triage.meaning import Heard, Kind, Meaning, Rank

# What OpenSSL says once more in other words when it has said the first.
_SAID_AGAIN: Final[dict[int, frozenset[int]]] = {
    21: frozenset({20, 18, 19, 2}),
    27: frozenset({20, 21}),
}
# Events that follow from others.
_FOLLOWS_FROM: Final[dict[str, frozenset[str]]] = {
    "file.certificate_unreadable": frozenset({"file.no_pem", "file.bad_password", "key.mismatch"}),
    "file.ca_unreadable": frozenset({"file.no_pem"}),
    "ssh.host_key_unknown": frozenset({"ssh.host_key_changed"}),
    "ssh.host_key_shown": frozenset({"ssh.host_key_changed", "ssh.host_key_unknown"}),
    "ssh.login_refused": frozenset(
        {
            "ssh.agent",
            "ssh.file_modes",
            "ssh.key_format",
            "ssh.key_type_refused",
            "ssh.no_account",
            "ssh.passphrase",
            "ssh.too_many_keys",
        }
    ),
    "ftp.data_connection": frozenset({"ftp.session_reuse", "ftp.data_protection"}),
    "tls.no_peer_certificate": frozenset(
        {"tls.not_tls", "tls.version", "tls.no_shared_cipher", "tls.closed", "net.reset"}
    ),
    "tls.closed": frozenset({"tls.no_client_certificate", "tls.not_tls", "ftp.session_reuse"}),
    "net.reset": frozenset({"tls.closed", "ssh.closed", "tls.no_client_certificate"}),
}
_HANGING_UP: Final = frozenset({"tls.closed", "net.reset", "tls.no_peer_certificate"})


def follows_from(outer: Meaning, inner: Meaning) -> bool:
    """Whether `outer` says nothing of its own where `inner` was said near it."""
    if inner.rank is Rank.WRAPPER or outer.code == inner.code:
        return False
    if outer.rank is Rank.WRAPPER:
        return True
    if outer.kind is Kind.EVENT:
        if inner.kind is Kind.EVENT:
            return inner.event in _FOLLOWS_FROM.get(outer.event, frozenset())
        return outer.event in _HANGING_UP
    if inner.kind is not Kind.VERIFY:
        return False
    if outer.kind is Kind.ALERT:
        return outer.heard is Heard.SENT
    return inner.number in _SAID_AGAIN.get(outer.number, frozenset())
