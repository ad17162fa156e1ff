"""The door to the network against real servers on loopback (threats 8 and 9)."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import itertools
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pki.address_guard import AllowRule, CheckedAddress
from pki.connection import connect_to
from pki.errors import FetchFailed
from pki.fetch.get import Tls
from tests.pki.fetch.servers import (
    EVERY_PORT,
    SHORT,
    SOON,
    Serve,
    Server,
    failed,
    get,
    refused,
    response,
)


def test_it_fetches_what_a_server_holds_and_says_from_where(serve: Serve) -> None:
    server = serve(response(b"\x30\x03crl", "Content-Type: application/pkix-crl"))
    fetched = get(server.url("/a/b.crl?x=1#fragment"))
    assert fetched.body == b"\x30\x03crl"
    assert fetched.content_type == "application/pkix-crl"
    assert fetched.url == server.url("/a/b.crl?x=1")
    assert (fetched.address, fetched.redirects, fetched.tls) == ("127.0.0.1", 0, "none")
    assert 0 < fetched.seconds < 5
    head = server.requests[0].decode().split("\r\n")
    assert head[0] == "GET /a/b.crl?x=1 HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in head
    assert "Accept-Encoding: identity" in head


def test_it_speaks_ipv6_and_sends_the_name_it_was_given(serve: Serve) -> None:
    server = serve(response(), host="::1")
    assert get(server.url()).address == "::1"
    fetched = get(
        f"http://CRL.Example:{server.port}/",
        allow=[AllowRule(network="::1/128", ports=EVERY_PORT)],
        resolver=lambda _host, _port: ["::1"],
    )
    assert fetched.address == "::1"
    assert f"Host: crl.example:{server.port}\r\n".encode() in server.requests[1]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\ncrl",
        b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\ncrl",
        b"HTTP/1.1 200 OK\nContent-Length: 3\n\ncrl",
        b"HTTP/1.1 200\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\ncrl",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 3\r\n\r\ncrl",
        b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ncrl",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n2;a=b\r\nrl\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\ncrl\r\n0\r\nTrailer: x\r\n\r\n",
    ],
)
def test_it_reads_every_framing_that_servers_use(serve: Serve, answer: bytes) -> None:
    assert get(serve(answer).url()).body == b"crl"


def test_it_reads_what_arrives_in_single_bytes(serve: Serve) -> None:
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ncrl\r\n0\r\n\r\n"

    def slowly(connection: socket.socket, _request: bytes) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in whole:
            connection.sendall(bytes((octet,)))

    assert get(serve(slowly).url()).body == b"crl"


def test_it_takes_the_next_address_where_nobody_listens(serve: Serve) -> None:
    server = serve(response())
    tried: list[str] = []

    def connect(address: CheckedAddress, seconds: float) -> socket.socket:
        tried.append(address.address)
        return connect_to(address, seconds)

    fetched = get(
        f"http://two.example:{server.port}/",
        resolver=lambda _host, _port: ["127.0.0.2", "127.0.0.1"],
        connect=connect,
    )
    assert tried == ["127.0.0.2", "127.0.0.1"]
    assert fetched.address == "127.0.0.1"


def test_it_follows_redirects_and_counts_them(serve: Serve) -> None:
    target = serve(response(b"moved"))
    codes = itertools.cycle([301, 302, 303, 307, 308])

    def hop(connection: socket.socket, request: bytes) -> None:
        number = int(request.split(b" ")[1].removeprefix(b"/"))
        location = f"../{number + 1}" if number < 4 else target.url("/here")
        connection.sendall(
            response(b"ignored", f"Location: {location}", status=f"{next(codes)} Moved")
        )

    fetched = get(serve(hop).url("/0"))
    assert (fetched.body, fetched.redirects, fetched.url) == (b"moved", 5, target.url("/here"))


# Threat 8: nothing leads inside ------------------------------------------------------------------


def test_loopback_is_closed_without_a_rule(trap: Server) -> None:
    for host in ("127.0.0.1", "127.9.9.9", "localhost", "[::1]", "[::ffff:127.0.0.1]"):
        assert refused(f"http://{host}:{trap.port}/", allow=()) in ("loopback", "mapped")
        assert refused(f"http://{host}/", allow=()) in ("loopback", "mapped")
    assert trap.connections == 0


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1"])
def test_other_spellings_of_loopback_do_not_reach_it(trap: Server, host: str) -> None:
    assert refused(f"http://{host}:{trap.port}/", allow=()) == "ambiguous_address"
    assert refused(f"http://{host}:{trap.port}/") == "ambiguous_address"
    assert trap.connections == 0


@pytest.mark.parametrize(
    "answer", [["93.184.216.34", "127.0.0.1"], ["::1", "93.184.216.34"], ["93.184.216.34", "::1"]]
)
def test_a_name_with_one_address_inside_is_not_fetched_at_all(
    trap: Server, answer: list[str]
) -> None:
    def connect(_address: CheckedAddress, _seconds: float) -> socket.socket:
        raise AssertionError("connected")

    why = refused(
        "http://mixed.example/", allow=(), resolver=lambda _host, _port: answer, connect=connect
    )
    assert why == "loopback"
    assert trap.connections == 0


def test_a_name_that_is_rebound_is_never_asked_again(trap: Server, serve: Serve) -> None:
    # First the good server, ever after the trap, as a hostile name server would answer.
    server = serve(response(b"good"), host="127.0.0.2")
    answers = itertools.chain(["127.0.0.2"], itertools.repeat(trap.host))
    asked: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [next(answers)]

    only = AllowRule(network="127.0.0.2/32", ports=EVERY_PORT)
    fetched = get(f"http://rebinds.example:{server.port}/", allow=[only], resolver=resolver)
    assert (fetched.body, fetched.address, asked) == (b"good", "127.0.0.2", ["rebinds.example"])
    # The second fetch is judged anew.
    assert (
        refused(f"http://rebinds.example:{trap.port}/", allow=[only], resolver=resolver)
        == "loopback"
    )
    assert trap.connections == 0


def test_a_connection_to_anybody_else_is_dropped_before_a_byte_is_sent(trap: Server) -> None:
    def elsewhere(_address: CheckedAddress, seconds: float) -> socket.socket:
        return socket.create_connection((trap.host, trap.port), timeout=seconds)

    why = refused(
        "http://good.example/", resolver=lambda _host, _port: ["93.184.216.34"], connect=elsewhere
    )
    assert why == "wrong_peer"
    assert trap.requests == []


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://169.254.169.254/latest/meta-data/", "link_local"),
        ("http://[fe80::1]/", "link_local"),
        ("http://10.0.0.1/", "private"),
        ("http://[::ffff:a9fe:a9fe]/", "mapped"),
        ("http://[64:ff9b::a9fe:a9fe]/", "translated"),
        ("http://2852039166/", "ambiguous_address"),
        ("//127.0.0.1:{trap}/", "loopback"),
        ("http://127.0.0.1:{trap}/", "loopback"),
        ("http://localhost:{trap}/", "loopback"),
        ("http://user:secret@127.0.0.2/", "userinfo"),
        ("ldap://127.0.0.1:{trap}/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:{trap}/_x", "scheme"),
        ("http://a b/", "bad_redirect"),
        ("http://127.0.0.2\\@127.0.0.1:{trap}/", "bad_redirect"),
        ("http://[::1/", "bad_redirect"),
        ("", "bad_redirect"),
    ],
)
def test_a_redirect_is_judged_as_the_first_url_was(
    serve: Serve, trap: Server, location: str, why: str
) -> None:
    location = location.replace("{trap}", str(trap.port))
    server = serve(response(b"", f"Location: {location}", status="302 Found"), host="127.0.0.2")
    only = AllowRule(network="127.0.0.2/32", ports=EVERY_PORT)
    assert refused(server.url(), allow=[only]) == why
    assert trap.connections == 0


def test_a_redirect_without_or_with_two_places_is_refused(serve: Serve) -> None:
    assert refused(serve(response(status="302 Found")).url()) == "bad_redirect"
    two = response(b"", "Location: /a", "Location: /b", status="302 Found")
    assert refused(serve(two).url()) == "bad_redirect"


def test_redirects_end_after_five(serve: Serve) -> None:
    server = serve(response(b"", "Location: /again", status="302 Found"))
    assert refused(server.url()) == "too_many_redirects"
    assert server.connections == 6


# Threat 9: one deadline for all of it ---------------------------------------------------------------


def test_one_deadline_holds_for_all_redirects_together(serve: Serve) -> None:
    def later(connection: socket.socket, _request: bytes) -> None:
        time.sleep(0.15)
        connection.sendall(response(b"", "Location: /next", status="302 Found"))

    started = time.monotonic()
    assert failed(serve(later).url(), limits=SHORT) == "time"
    assert time.monotonic() - started < SOON


def test_a_handshake_that_drips_is_left_when_the_time_is_over() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            # The head of a long TLS record, and then one octet of it after the other.
            connection.sendall(b"\x16\x03\x03\x40\x00")
            while not over.wait(0.02):
                connection.sendall(b"\x02")

    thread = threading.Thread(target=drip)
    thread.start()
    started = time.monotonic()
    try:
        why = failed(f"https://127.0.0.1:{listener.getsockname()[1]}/", limits=SHORT)
    finally:
        over.set()
        thread.join(5)
        listener.close()
    assert why in ("time", "tls")
    assert time.monotonic() - started < SOON


def test_a_hanging_resolver_is_left_when_the_time_is_over() -> None:
    released = threading.Event()

    def resolver(_host: str, _port: int) -> list[str]:
        released.wait(10)
        return []

    started = time.monotonic()
    assert failed("http://slow.example/", limits=SHORT, resolver=resolver) == "time"
    took = time.monotonic() - started
    released.set()
    assert took < SOON


def test_nobody_there_is_a_failure_with_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FetchFailed) as fault:
        get(f"http://127.0.0.1:{port}/")
    assert (fault.value.data["why"], fault.value.data["address"]) == ("unreachable", "127.0.0.1")


def test_it_uses_no_proxy_of_the_environment(
    serve: Serve, trap: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, trap.url())
    assert get(serve(response()).url()).body == b"crl"
    assert trap.connections == 0


# TLS ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for crl.example and 127.0.0.1, and the file with its root."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "crl.example")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [
        x509.DNSName("crl.example"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem = folder / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    both = folder / "both.pem"
    both.write_bytes(
        pem.read_bytes()
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, pem


def test_https_is_verified_for_the_name_in_the_url_and_not_the_address(
    serve: Serve, tls_server: tuple[ssl.SSLContext, Path]
) -> None:
    asked: list[str | None] = []
    context, root = tls_server
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = serve(response(b"over tls"), tls=context)
    trusting = ssl.create_default_context(cafile=str(root))
    fetched = get(
        f"https://crl.example:{server.port}/",
        context=trusting,
        resolver=lambda _host, _port: ["127.0.0.1"],
    )
    assert (fetched.body, fetched.tls, fetched.tls_reason) == (b"over tls", "verified", "")
    assert asked == ["crl.example"]
    assert get(server.url(scheme="https"), context=trusting).tls == "verified"
    with pytest.raises(FetchFailed) as fault:
        get(
            f"https://other.example:{server.port}/",
            context=trusting,
            resolver=lambda _host, _port: ["127.0.0.1"],
        )
    assert (fault.value.data["why"], fault.value.data["number"]) == ("tls_unverified", 62)


def test_an_unverified_server_is_refused_or_noted_as_the_caller_asks(
    serve: Serve, tls_server: tuple[ssl.SSLContext, Path]
) -> None:
    server = serve(response(b"signed anyway"), tls=tls_server[0])
    assert failed(server.url(scheme="https")) == "tls_unverified"
    assert server.requests == []
    fetched = get(server.url(scheme="https"), tls=Tls.NOTED)
    assert (fetched.body, fetched.tls) == (b"signed anyway", "unverified")
    assert "self-signed" in fetched.tls_reason


def test_a_redirect_never_leaves_tls(
    serve: Serve, trap: Server, tls_server: tuple[ssl.SSLContext, Path]
) -> None:
    down = response(b"", f"Location: {trap.url()}", status="302 Found")
    server = serve(down, tls=tls_server[0])
    assert refused(server.url(scheme="https"), tls=Tls.NOTED) == "redirect_to_http"
    assert trap.connections == 0


def test_a_tls_stream_that_is_cut_is_not_taken_as_whole(
    serve: Serve, tls_server: tuple[ssl.SSLContext, Path]
) -> None:
    def cut(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhalf a list")
        # Closed without close_notify, as somebody on the way would do it.
        connection.shutdown(socket.SHUT_RDWR)

    server = serve(cut, tls=tls_server[0])
    assert failed(server.url(scheme="https"), tls=Tls.NOTED) == "connection_lost"


def test_a_server_without_tls_is_a_failure() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(100)
            connection.sendall(response())

    thread = threading.Thread(target=answer)
    thread.start()
    why = failed(f"https://127.0.0.1:{listener.getsockname()[1]}/")
    thread.join(5)
    listener.close()
    assert why == "tls"
