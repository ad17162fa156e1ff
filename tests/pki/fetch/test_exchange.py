"""HTTP from hostile and broken servers on loopback (threat 9)."""

from __future__ import annotations

import gzip
import socket
import time
import tracemalloc

import pytest

from pki.errors import FetchFailed, LimitExceeded
from pki.fetch.limits import FetchLimits
from pki.limits import MEBIBYTE
from tests.pki.fetch.servers import (
    SHORT,
    SOON,
    Handler,
    Serve,
    failed,
    get,
    refused,
    response,
)

# Bombs and dripping servers -------------------------------------------------------------------------


def test_a_compressed_answer_is_refused_and_never_unpacked(serve: Serve) -> None:
    bomb = gzip.compress(bytes(8 * MEBIBYTE))
    for coding in ("gzip", "GZIP", "deflate", "br", "identity, gzip", "x-unknown"):
        if coding == "identity, gzip":
            answer = response(bomb, "Content-Encoding: identity", "Content-Encoding: gzip")
        else:
            answer = response(bomb, f"Content-Encoding: {coding}")
        tracemalloc.start()
        assert refused(serve(answer).url()) == "content_encoding"
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MEBIBYTE
    coded = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    assert refused(serve(coded).url()) == "transfer_encoding"


def dripping(prefix: bytes, drop: bytes) -> Handler:
    """Send the prefix and then a little, ever again, each time well within any read time-out."""

    def drip(connection: socket.socket, _request: bytes) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(prefix)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            connection.sendall(drop)
            time.sleep(0.02)

    return drip


@pytest.mark.parametrize(
    ("prefix", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X"),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"T: x\r\n"),
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"[:1]),
    ],
)
def test_a_dripping_server_is_left_when_the_time_is_over(
    serve: Serve, prefix: bytes, drop: bytes
) -> None:
    server = serve(dripping(prefix, drop))
    started = time.monotonic()
    assert failed(server.url(), limits=SHORT) == "time"
    assert 0.3 < time.monotonic() - started < SOON


def test_a_silent_server_is_left_when_the_time_is_over(serve: Serve) -> None:
    def say_nothing(connection: socket.socket, _request: bytes) -> None:
        connection.settimeout(10)
        connection.recv(1)

    server = serve(say_nothing)
    started = time.monotonic()
    assert failed(server.url(), limits=SHORT) == "time"
    assert time.monotonic() - started < SOON


def endless(head: bytes, piece: bytes) -> Handler:
    def send(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(head)
        for _ in range(100_000):
            connection.sendall(piece)

    return send


@pytest.mark.parametrize(
    ("head", "piece", "limit"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Filler: 0123456789\r\n" * 500, "fetch_headers"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 8192, "fetch_header_bytes"),
        (b"HTTP/1.1 ", b"2" * 8192, "fetch_header_bytes"),
        (b"HTTP/1.1 200 OK\r\n", b"A" * 900 + b": b\r\n", "fetch_header_bytes"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"Trailer: x\r\n" * 100,
            "fetch_headers",
        ),
    ],
)
def test_endless_headers_end(serve: Serve, head: bytes, piece: bytes, limit: str) -> None:
    with pytest.raises(LimitExceeded) as fault:
        get(serve(endless(head, piece)).url())
    assert fault.value.data["limit"] == limit


def test_endless_interim_answers_end(serve: Serve) -> None:
    server = serve(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert refused(server.url()) == "interim_responses"


FILLER = bytes(256 * 1024)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", FILLER),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", FILLER),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"40000\r\n" + FILLER + b"\r\n",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", FILLER),
        # Framing that outweighs its content is bounded as well.
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 10_000),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            (b"1;" + b"e" * 200 + b"\r\nx\r\n") * 1_000,
        ),
    ],
)
def test_an_oversized_body_ends_early_and_leaves_memory_alone(
    serve: Serve, head: bytes, piece: bytes
) -> None:
    server = serve(endless(head, piece))
    # Chunks of one byte take their time while memory is traced.
    limits = FetchLimits(body_bytes=MEBIBYTE // 4, seconds=60)
    tracemalloc.start()
    with pytest.raises(LimitExceeded) as fault:
        get(server.url(), limits=limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fault.value.data["limit"] == "fetch_bytes"
    assert fault.value.data["maximum"] == MEBIBYTE // 4
    # The server's thread is counted as well.
    assert peak < 4 * MEBIBYTE


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n%s",
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n",
    ],
)
def test_the_limit_is_exact_in_every_framing(serve: Serve, head: bytes) -> None:
    def answer(size: int) -> bytes:
        body = b"x" * size
        return head % ((size, body) if head.count(b"%") == 2 else body)

    limits = FetchLimits(body_bytes=1000, seconds=5)
    assert len(get(serve(answer(1000)).url(), limits=limits).body) == 1000
    with pytest.raises(LimitExceeded):
        get(serve(answer(1001)).url(), limits=limits)


@pytest.mark.parametrize("chunked", [False, True])
def test_the_largest_body_stands_in_memory_once(serve: Serve, chunked: bool) -> None:
    count = 64 * MEBIBYTE // len(FILLER)

    def send(connection: socket.socket, _request: bytes) -> None:
        if chunked:
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        else:
            connection.sendall(
                f"HTTP/1.1 200 OK\r\nContent-Length: {64 * MEBIBYTE}\r\n\r\n".encode()
            )
        for _ in range(count):
            if chunked:
                connection.sendall(b"%x\r\n" % len(FILLER))
            connection.sendall(FILLER)
            if chunked:
                connection.sendall(b"\r\n")
        if chunked:
            connection.sendall(b"0\r\n\r\n")

    server = serve(send)
    tracemalloc.start()
    fetched = get(server.url(), limits=FetchLimits(seconds=30))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(fetched.body) == 64 * MEBIBYTE
    assert peak < 96 * MEBIBYTE


# Broken answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n",
    ],
)
def test_an_answer_that_ends_early_is_no_answer(serve: Serve, answer: bytes) -> None:
    assert failed(serve(answer).url()) == "closed_early"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nlonger", "length_mismatch"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab", "bad_length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nab", "bad_length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nab", "bad_length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nab", "bad_length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab", "bad_length"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "two_lengths",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", "transfer_encoding"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "bad_chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", "bad_chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "bad_chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabcdef\r\n", "bad_chunk"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"e" * 400,
            "bad_chunk",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nmore",
            "length_mismatch",
        ),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n", "bad_header"),
        (b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "bad_header"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "bad_header"),
        (b"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "bad_header"),
        (b"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", "bad_header"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not_http"),
        (b"HTTP/2 200 OK\r\n\r\n", "not_http"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "not_http"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "status"),
    ],
)
def test_an_answer_in_bad_form_is_refused(serve: Serve, answer: bytes, why: str) -> None:
    assert refused(serve(answer).url()) == why


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial"])
def test_only_200_is_an_answer(serve: Serve, status: str) -> None:
    with pytest.raises(FetchFailed) as fault:
        get(serve(response(status=status)).url())
    assert (fault.value.data["why"], fault.value.data["status"]) == ("status", int(status[:3]))


def test_a_reset_connection_is_a_failure(serve: Serve) -> None:
    def reset(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    assert failed(serve(reset).url()) in ("connection_lost", "closed_early")


def test_content_types_are_shown_without_control_characters(serve: Serve) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: a\xe2\x80\xae\x9bb\r\nContent-Length: 0\r\n\r\n"
    assert get(serve(answer).url()).content_type == "a????b"
