"""Servers that mean no good, and addresses that are closed: a look ends, and says why."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pki.address_guard import AllowRule
from pki.errors import ProbeFailed, ProbeRefused
from pki.probe.look import look_at
from pki.probe.values import ProbeLimits, Seen
from tests.peers.running import openssl_server
from tests.pki.chains import make_ca
from tests.pki.probe.conftest import LOOPBACK, Chain, at

Handler = Callable[[socket.socket], object]
SHORT = ProbeLimits(seconds=1.0, connect_seconds=0.5)
PROTOCOLS = ("https", "ftps_implicit", "ftps_explicit", "sftp", "tls")


class Server:
    """A server of one handler, which counts its connections and the bytes that it got rid of."""

    def __init__(self, handler: Handler) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._handler = handler
        self._over = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.heard = b""
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            self._handler(connection)

    def close(self) -> None:
        self._over.set()
        self._thread.join(5)
        self._listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], Server]]:
    servers: list[Server] = []

    def start(handler: Handler) -> Server:
        servers.append(Server(handler))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


Serve = Callable[[Handler], Server]


def failed(protocol: str, port: int, limits: ProbeLimits = SHORT) -> ProbeFailed:
    started = time.monotonic()
    with pytest.raises(ProbeFailed) as fault:
        look_at(at(protocol, port), limits=limits, allow=LOOPBACK)
    # What is waited for beyond the deadline is the machine's, not the server's.
    assert time.monotonic() - started < limits.seconds + 2
    assert fault.value.data["port"] == port
    return fault.value


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def dripping(first: bytes, drop: bytes) -> Handler:
    def drip(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(drop)
            time.sleep(0.05)

    return drip


def endless(piece: bytes) -> Handler:
    def pour(connection: socket.socket) -> None:
        while True:
            connection.sendall(piece)

    return pour


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_silent_server_is_left_when_the_time_is_over(serve: Serve, protocol: str) -> None:
    assert failed(protocol, serve(silent).port).data["why"] == "time"


@pytest.mark.parametrize(
    ("protocol", "handler"),
    [
        ("https", dripping(b"\x16\x03\x03\x40\x00", b"\x02")),
        ("ftps_explicit", dripping(b"220-", b"a")),
        ("ftps_explicit", dripping(b"220-hello\r\n", b"220-\r\n")),
        ("sftp", dripping(b"SSH-2.0-", b"x")),
        ("sftp", dripping(b"SSH-2.0-x\r\n\x00\x00\x40\x00", b"x")),
    ],
)
def test_a_dripping_server_is_left_when_the_time_is_over(
    serve: Serve, protocol: str, handler: Handler
) -> None:
    assert failed(protocol, serve(handler).port).data["why"] == "time"


@pytest.mark.parametrize(
    ("protocol", "piece", "why"),
    [
        ("ftps_explicit", b"220-welcome to this server\r\n", "endless"),
        ("ftps_explicit", b"2" * 4096, "endless"),
        ("ftps_explicit", b"120 soon\r\n", "endless"),
        ("sftp", b"welcome to this server\r\n", "endless"),
        ("sftp", b"SSH-2.0-" + b"x" * 4096, "endless"),
        (
            "sftp",
            b"SSH-2.0-x\r\n" + struct.pack(">IB", 12, 10) + b"\x02" + 10 * b"x",
            "ssh_damaged",
        ),
        ("https", b"\x16\x03\x03\x40\x00" + b"\x02\xff\xff\xff" + b"x" * 16380, "tls"),
        ("https", b"\x17\x03\x03\x40\x00" + b"x" * 16384, "tls"),
    ],
)
def test_a_server_that_never_stops_talking_is_left_early(
    serve: Serve, protocol: str, piece: bytes, why: str
) -> None:
    roomy = ProbeLimits(seconds=10.0)
    assert failed(protocol, serve(endless(piece)).port, roomy).data["why"] == why


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (ProbeLimits(seconds=10.0, bytes=8192, dialogue_bytes=1 << 30, lines=1 << 30), "too_much"),
        (ProbeLimits(seconds=10.0, bytes=1 << 30, dialogue_bytes=8192, lines=1 << 30), "endless"),
        (ProbeLimits(seconds=10.0, bytes=1 << 30, dialogue_bytes=1 << 30, lines=50), "endless"),
    ],
    ids=["bytes", "dialogue", "lines"],
)
def test_each_bound_holds_by_itself(serve: Serve, limits: ProbeLimits, why: str) -> None:
    server = serve(endless(b"220-welcome to this server\r\n"))
    assert failed("ftps_explicit", server.port, limits).data["why"] == why


def saying(said: bytes) -> Handler:
    def say(connection: socket.socket) -> None:
        connection.sendall(said)
        silent(connection)

    return say


def after_hello(said: bytes) -> Handler:
    def say(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(said)

    return say


@pytest.mark.parametrize(
    ("protocol", "handler", "why", "said"),
    [
        ("https", after_hello(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "not_tls", "HTTP/1.1 400 Bad"),
        ("https", saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "not_tls", "SSH-2.0-OpenSSH_9.2"),
        ("ftps_implicit", saying(b"220 ProFTPD\r\n"), "not_tls", "220 ProFTPD"),
        ("ftps_explicit", saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "not_ftp", "SSH-2.0-OpenSSH_9.2"),
        ("sftp", saying(b"220 ProFTPD\r\n"), "not_ssh", "220 ProFTPD"),
        ("sftp", after_hello(b""), "time", ""),
        ("sftp", saying(b"SSH-1.5-old\r\n"), "ssh_version", "SSH-1.5-old"),
    ],
)
def test_another_protocol_is_named_by_its_own_words(
    serve: Serve, protocol: str, handler: Handler, why: str, said: str
) -> None:
    fault = failed(protocol, serve(handler).port)
    assert fault.data["why"] == why
    assert said in str(fault.data.get("said", ""))


def test_control_characters_of_a_server_reach_nobody(serve: Serve) -> None:
    fault = failed("ftps_explicit", serve(saying(b"\x1b[2Jhello\x07\r\n")).port)
    assert fault.data["said"] == "?[2Jhello?"


def ftp(*replies: bytes) -> Handler:
    """The greeting, then one reply for each line that comes."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(replies[0])
        for reply in replies[1:]:
            connection.recv(4096)
            connection.sendall(reply)
        silent(connection)

    return talk


@pytest.mark.parametrize(
    ("replies", "why", "line"),
    [
        ((b"421 Too many connections\r\n",), "ftp_unavailable", "421 Too many connections"),
        (
            (b"220 hi\r\n", b"534 Not willing\r\n"),
            "auth_refused",
            "534 Not willing",
        ),
        (
            (b"220 hi\r\n", b"502 No TLS here\r\n", b"502 Nor SSL\r\n"),
            "auth_refused",
            "502 No TLS here",
        ),
        ((b"220 hi\r\n", b"234 go\r\n230 and you are in\r\n"), "early_data", ""),
    ],
)
def test_a_server_without_tls_is_quoted(
    serve: Serve, replies: tuple[bytes, ...], why: str, line: str
) -> None:
    fault = failed("ftps_explicit", serve(ftp(*replies)).port)
    assert (fault.data["why"], fault.data.get("line", "")) == (why, line)


@pytest.mark.parametrize(
    "replies",
    [
        (b"220-many\r\n220-220\r\n 220 no end\r\n220 end\r\n", b"234 go\r\n"),
        (b"120 in a moment\r\n220 hi\r\n", b"234-go\r\n2345\r\n234 now\r\n"),
        (b"220 bare\n", b"234 line feeds\n"),
        (b"220\r\n", b"234\r\n"),
        (b"220 hi\r\n", b"500 AUTH TLS?\r\n", b"234 SSL then\r\n"),
    ],
)
def test_odd_replies_are_read_to_the_point_where_tls_begins(
    serve: Serve, replies: tuple[bytes, ...]
) -> None:
    hello = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.sendall(replies[0])
        for reply in replies[1:]:
            connection.recv(4096)
            connection.sendall(reply)
        if connection.recv(4096).startswith(b"\x16\x03"):
            hello.set()
        connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")

    fault = failed("ftps_explicit", serve(talk).port)
    assert hello.is_set()
    assert (fault.data["why"], fault.data["alert"]) == ("tls_alert", "handshake_failure")


def test_a_reset_in_the_middle_is_a_lost_connection(serve: Serve) -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    for protocol in ("https", "ftps_implicit"):
        assert failed(protocol, serve(reset).port).data["why"] == "connection_lost"


def test_a_server_that_closes_without_a_word_is_told_so(serve: Serve) -> None:
    for protocol in PROTOCOLS:
        why = failed(protocol, serve(lambda connection: connection.close()).port).data["why"]
        assert why in ("closed_early", "connection_lost")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert failed("https", port).data["why"] == "refused"


def test_a_huge_chain_is_refused_by_its_size(chain: Chain, folder: Path) -> None:
    many = [make_ca(f"Authority {number} " + "x" * 40, chain.root) for number in range(300)]
    with openssl_server(folder, chain.leaf, *many) as port:
        assert failed("https", port, ProbeLimits(seconds=10.0)).data["why"] == "chain_too_large"


def test_an_ssh_server_that_floods_the_key_exchange_is_left_when_the_time_is_over(
    serve: Serve,
) -> None:
    names = [b"curve25519-sha256", b"ssh-ed25519", b"aes128-ctr", b"aes128-ctr"]
    names += [b"hmac-sha2-256", b"hmac-sha2-256", b"none", b"none", b"", b""]
    payload = (
        b"\x14" + 16 * b"c" + b"".join(struct.pack(">I", len(n)) + n for n in names) + 5 * b"\0"
    )
    padding = 8 - (len(payload) + 5) % 8 + 8
    offer = struct.pack(">IB", len(payload) + 1 + padding, padding) + payload + padding * b"\0"
    ignored = struct.pack(">IB", 28, 10) + b"\x02" + struct.pack(">I", 12) + 12 * b"x" + 10 * b"\0"

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-flood\r\n" + offer)
        while True:
            connection.sendall(100 * ignored)

    assert failed("sftp", serve(flood).port).data["why"] in ("time", "no_host_key")


# Threat 8 -----------------------------------------------------------------------------------------


class Trap:
    """Nobody may connect to it."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def look(self, host: str, *answers: str, allow: tuple[AllowRule, ...] = ()) -> Seen:
        told = iter(answers)

        def resolver(name: str, port: int) -> tuple[str, ...]:
            return tuple(next(told).split())

        return look_at(
            at("https", self.server.port, host), limits=SHORT, allow=allow, resolver=resolver
        )


@pytest.mark.parametrize(
    ("host", "answers"),
    [
        ("127.0.0.1", ()),
        ("::1", ()),
        ("::ffff:127.0.0.1", ()),
        ("2130706433", ()),
        ("0177.0.0.1", ()),
        ("inside.example", ("127.0.0.1",)),
        ("mixed.example", ("93.184.216.34 127.0.0.1",)),
        ("metadata.example", ("169.254.169.254",)),
        ("nat.example", ("64:ff9b::7f00:1",)),
        # The second answer is what a rebinding server would give to whoever asked again.
        ("rebound.example", ("10.0.0.1", "127.0.0.1")),
    ],
)
def test_a_closed_address_is_never_connected_to(
    serve: Serve, host: str, answers: tuple[str, ...]
) -> None:
    trap = Trap(serve(silent))
    with pytest.raises(ProbeRefused):
        trap.look(host, *answers)
    assert trap.server.connections == 0


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_judged(serve: Serve) -> None:
    trap = Trap(serve(silent))
    asked: list[str] = []

    def resolver(name: str, port: int) -> tuple[str, ...]:
        asked.append(name)
        return ("127.0.0.2",) if len(asked) == 1 else ("127.0.0.1",)

    rule = AllowRule(network="127.0.0.2/32", ports=frozenset({trap.server.port}))
    with pytest.raises(ProbeFailed, match="refused"):
        look_at(
            at("sftp", trap.server.port, "rebound.example"),
            limits=SHORT,
            allow=(rule,),
            resolver=resolver,
        )
    assert asked == ["rebound.example"]
    assert trap.server.connections == 0


def test_a_rule_opens_its_ports_and_no_others(serve: Serve) -> None:
    trap = Trap(serve(silent))
    rule = AllowRule(network="127.0.0.1/32", ports=frozenset({trap.server.port + 1}))
    with pytest.raises(ProbeRefused) as refusal:
        trap.look("127.0.0.1", allow=(rule,))
    assert refusal.value.data["why"] == "loopback"
    assert refusal.value.data["port"] == trap.server.port
    assert trap.server.connections == 0


def test_a_socket_that_leads_elsewhere_is_not_spoken_to(serve: Serve) -> None:
    trap = serve(silent)

    def astray(address: object, seconds: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", trap.port))

    with pytest.raises(ProbeFailed) as fault:
        look_at(at("https", 443, "93.184.216.34"), limits=SHORT, connect=astray)
    assert fault.value.data["why"] == "wrong_peer"
    assert not re.search(rb"\x16\x03", trap.heard)
