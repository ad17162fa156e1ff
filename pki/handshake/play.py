"""One handshake between two sides that are set up, over two pipes, to its end.

Each side has a seat, which remembers what its libssl does. libssl calls back where it would verify
the peer's chain: there the true certificates are put in the place of a stand-in's, and
X509_verify_cert is run on the very context that libssl made ready. The callbacks are two objects for
the life of the process; they find their seat by the address of the SSL, and let no exception cross C.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import c_int, c_void_p
from dataclasses import dataclass, field
from typing import Final

from pki.handshake import libssl
from pki.handshake.outcome import Alert, Side
from pki.tls_alerts import alert_name
from pki.verify import openssl
from pki.verify.codes import code_of
from pki.verify.report import Diagnostic

# TLS 1.3 needs three turns, TLS 1.2 four; more only where something would go round for ever.
_MOST_TURNS: Final = 20
_WROTE_ALERT: Final = 0x4008  # SSL_CB_WRITE_ALERT
_FATAL: Final = 2
_PEER_DID_NOT_RETURN_A_CERTIFICATE: Final = 199


@dataclass(frozen=True, slots=True)
class Verified:
    """What one side found when it verified the other's chain."""

    accepted: bool
    diagnostics: tuple[Diagnostic, ...]
    path: tuple[str, ...]


@dataclass(slots=True)
class Seat:
    """One side during one handshake.

    `verifies` says whether it judges its peer; `goes_on` whether it does not mind a bad judgement.
    `true` are the peer's certificates where a stand-in's are on the wire.
    """

    side: Side
    connection: libssl.Connection
    verifies: bool
    goes_on: bool
    true: tuple[openssl.Certificate, ...] = ()
    through: bool = False
    failed: bool = False
    verified: Verified | None = None
    alert: Alert | None = None
    errors: tuple[libssl.ErrorEntry, ...] = ()
    exception: BaseException | None = None

    @property
    def missed_certificate(self) -> bool:
        """Whether it ended because the peer sent none."""
        return any(entry.reason == _PEER_DID_NOT_RETURN_A_CERTIFICATE for entry in self.errors)

    @property
    def log(self) -> tuple[str, ...]:
        """What OpenSSL gives this side to log, in the lines of `s_client` and `s_server`."""
        found = self.verified.diagnostics[:1] if self.verified is not None else ()
        lines = [
            f"verify error:num={item.number}:{item.text}, depth {item.depth}" for item in found
        ]
        return (*lines, *(entry.line for entry in self.errors))

    def step(self) -> None:
        """Go on as far as what has arrived allows."""
        if self.failed:
            return
        connection = self.connection
        result = connection.listen() if self.through else connection.shake_hands()
        if self.exception is not None:
            raise self.exception
        if result is False:
            self.failed = True
            self.errors = libssl.drain_errors()
        elif result:
            self.through = True


@dataclass(frozen=True, slots=True)
class Played:
    """A handshake that ended: both seats, and what was agreed on."""

    server: Seat
    client: Seat
    protocol: str
    cipher: str

    @property
    def connected(self) -> bool:
        """Whether both sides were through and neither complained."""
        return all(seat.through and not seat.failed for seat in (self.server, self.client))

    @property
    def alert(self) -> Alert | None:
        """The fatal alert that went over the wire."""
        return self.client.alert or self.server.alert


@dataclass(slots=True)
class _Pipes:
    to_server: libssl.Pipe = field(default_factory=libssl.Pipe)
    to_client: libssl.Pipe = field(default_factory=libssl.Pipe)


_seats: dict[int, Seat] = {}


def play(
    server: tuple[libssl.Context, Sequence[openssl.Certificate]],
    client: tuple[libssl.Context, Sequence[openssl.Certificate]],
    *,
    verifying: tuple[bool, bool],
    expected: tuple[bytes | None, bytes | None, int],
    goes_on: bool,
) -> Played:
    """Let both shake hands.

    Each side comes as its settings and the true certificates of its peer, where those on the wire
    are a stand-in's. `verifying` says whether server and client judge at all; `expected` are host,
    address and host flags of the client; with `goes_on` both judge and go on in spite of it.
    """
    pipes = _Pipes()
    seats = tuple(
        Seat(
            side=side,
            connection=libssl.Connection(context, reads, writes),
            verifies=verifies,
            goes_on=goes_on,
            true=tuple(true),
        )
        for side, (context, true), (reads, writes), verifies in (
            (Side.SERVER, server, (pipes.to_server, pipes.to_client), verifying[0]),
            (Side.CLIENT, client, (pipes.to_client, pipes.to_server), verifying[1]),
        )
    )
    at_server, at_client = seats
    at_client.connection.expect(*expected)
    for seat in seats:
        _seats[seat.connection.address] = seat
    try:
        _take_turns(at_server, at_client, pipes)
        return Played(
            at_server, at_client, at_client.connection.protocol, at_client.connection.cipher
        )
    finally:
        for seat in seats:
            del _seats[seat.connection.address]
        libssl.drain_errors()


def _take_turns(server: Seat, client: Seat, pipes: _Pipes) -> None:
    """Both in turn, until nothing moves any more: a side that is through still reads alerts."""
    before: object = None
    for _ in range(_MOST_TURNS):
        client.step()
        server.step()
        now = (
            [(seat.through, seat.failed) for seat in (server, client)],
            [pipe.pending for pipe in (pipes.to_server, pipes.to_client)],
        )
        if now == before:
            return
        before = now


def _verify(context: int, _: object) -> int:
    try:
        index = libssl.lib.SSL_get_ex_data_X509_STORE_CTX_idx()
        seat = _seats[libssl.lib.X509_STORE_CTX_get_ex_data(context, index)]
    except BaseException:  # noqa: BLE001  # an exception must never unwind through C
        return 0
    try:
        if not seat.verifies:
            return 1
        seat.verified = _verified(context, seat.true)
        return 1 if seat.verified.accepted or seat.goes_on else 0
    except BaseException as error:  # noqa: BLE001  # an exception must never unwind through C
        seat.exception = error
        return 0


def _verified(context: int, true: Sequence[openssl.Certificate]) -> Verified:
    """X509_verify_cert on libssl's context; where it refuses, a second run finds all errors."""
    lib = libssl.lib
    others = openssl.Stack(true)
    if true:
        lib.X509_STORE_CTX_set_cert(context, true[0].address)
        # libssl, too, leaves the leaf among the untrusted certificates.
        lib.X509_STORE_CTX_set0_untrusted(context, others.address)
    outcome = openssl.run(context)
    path = tuple(libssl.sha256_of(address) for address in outcome.chain)
    if outcome.accepted:
        return Verified(True, (), path)
    every = openssl.run_again(
        lib.X509_STORE_CTX_get0_store(context),
        lib.X509_STORE_CTX_get0_cert(context),
        lib.X509_STORE_CTX_get0_untrusted(context),
        lib.X509_STORE_CTX_get0_param(context),
    )
    first = _diagnostic(outcome.errors[0])
    others_found = (_diagnostic(error) for error in every)
    return Verified(False, (first, *(item for item in others_found if item != first)), path)


def _diagnostic(error: openssl.VerifyError) -> Diagnostic:
    return Diagnostic(
        number=error.number,
        symbol=code_of(error.number).symbol,
        text=openssl.error_text(error.number),
        depth=error.depth,
        sha256=libssl.sha256_of(error.certificate),
        crl_path=error.crl_path,
    )


def _heard(connection: int, where: int, value: int) -> None:
    if where != _WROTE_ALERT or value >> 8 != _FATAL:
        return
    try:
        seat = _seats[connection]
        number = value & 0xFF
        seat.alert = seat.alert or Alert(number=number, name=alert_name(number), sender=seat.side)
    except BaseException:  # noqa: BLE001  # an exception must never unwind through C
        return


# Made once and never freed: a callback that is collected while C may call it is a crash.
VERIFY_CALLBACK: Final = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)(_verify)
INFO_CALLBACK: Final = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_int)(_heard)
