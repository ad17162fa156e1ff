"""What came of a handshake, as plain values that go to JSON and back (`pki.handshake.stored`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pki.findings import Finding
from pki.verify.report import Diagnostic, PathElement


class Side(StrEnum):
    """The two that shake hands."""

    SERVER = "server"
    CLIENT = "client"


class Judgement(StrEnum):
    """What one side says of the other's certificates.

    `NOT_REACHED`: the handshake ended for another reason before anybody looked at them.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    NOT_REACHED = "not_reached"


class Reason(StrEnum):
    """Why a side was refused: its certificates did not verify, or it sent none."""

    NONE = ""
    VERIFY = "verify"
    NO_CERTIFICATE = "no_certificate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Direction:
    """One side's certificates, as the other side judges them.

    `diagnostics` are OpenSSL's: the first is the one at which the peer stops and which its log
    shows, the others are what it would find afterwards. `hypothetical` says that the peer would not
    have come to look, because the handshake ended before: this is what it would say once the rest
    is mended. `proven` says that possession of the private key was proven by the handshake;
    `stand_in` that a throw-away key took its part. `sent` is the chain as it goes over the wire, in
    the order of sending, `path` the SHA-256 fingerprints of the path that was verified.
    """

    judgement: Judgement
    reason: Reason = Reason.NONE
    diagnostics: tuple[Diagnostic, ...] = ()
    hypothetical: bool = False
    proven: bool = False
    stand_in: bool = False
    sent: tuple[PathElement, ...] = ()
    path: tuple[str, ...] = ()

    @property
    def first(self) -> Diagnostic | None:
        """The error that the peer's log shows."""
        return self.diagnostics[0] if self.diagnostics else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """The fatal alert that goes over the wire: its number and name (RFC 8446, 6), and who sends it."""

    number: int
    name: str
    sender: Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """Whether the two would connect, and everything that was seen on the way.

    `server` is the server's certificates as the client judges them, `client` the client's as the
    server does. `findings` are faults of the set-up itself, their `place` the side: such a side
    does not start. `server_log` and `client_log` are what OpenSSL gives each side to log.
    `client_finished_first` marks a peculiarity of TLS 1.3: the client was through, and believed in
    the connection, before the server refused it.
    """

    connected: bool
    moment: datetime
    server: Direction
    client: Direction
    alert: Alert | None
    protocol: str
    cipher: str
    client_finished_first: bool
    server_log: tuple[str, ...]
    client_log: tuple[str, ...]
    findings: tuple[Finding, ...]
    openssl_version: str

    @property
    def proven(self) -> bool:
        """Whether the connection stands and every certificate shown in it was proven by its key."""
        return self.connected and all(
            direction.proven or not direction.sent for direction in (self.server, self.client)
        )
