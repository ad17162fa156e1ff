"""Servers that end with their test."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest

from tests.pki.fetch.servers import (
    Handler,
    Serve,
    Server,
)


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(
        answer: bytes | Handler, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> Server:
        handler = (lambda c, _: c.sendall(answer)) if isinstance(answer, bytes) else answer
        servers.append(Server(handler, host, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def trap(serve: Serve) -> Server:
    """Nobody may ever connect to it."""
    return serve(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
