"""Real servers on loopback, good and hostile, and what a fetch from them comes to."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

import pytest

from pki.address_guard import AllowRule
from pki.errors import FetchFailed, FetchRefused
from pki.fetch.get import Fetched, fetch
from pki.fetch.limits import FetchLimits

Handler = Callable[[socket.socket, bytes], None]

SHORT = FetchLimits(seconds=0.4, connect_seconds=0.3)
# Long after the time of SHORT and long before the servers here give up: the machine may be busy.
SOON = 4.0
EVERY_PORT = frozenset(range(1, 65536))
LOOPBACK = (
    AllowRule(network="127.0.0.0/8", ports=EVERY_PORT),
    AllowRule(network="::1/128", ports=EVERY_PORT),
)


class Server:
    """A server of one handler, which counts its connections and what it was asked."""

    def __init__(
        self, handler: Handler, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self._listener.settimeout(0.05)
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.requests: list[bytes] = []
        self.sent = 0
        self.over = threading.Event()
        self._handler = handler
        self._tls = tls
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def url(self, path: str = "/", scheme: str = "http") -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}{path}"

    def _listen(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(3)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    data = connection.recv(4096)
                    if not data:
                        return
                    request += data
                self.requests.append(request)
                self._handler(connection, request)

    def close(self) -> None:
        self.over.set()
        for thread in list(self._threads):
            thread.join(5)
        self._listener.close()


Serve = Callable[..., Server]


def response(body: bytes = b"crl", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def get(url: str, limits: FetchLimits | None = None, **options: object) -> Fetched:
    options.setdefault("allow", LOOPBACK)
    return fetch(url, limits=limits or FetchLimits(seconds=5), **options)  # type: ignore[arg-type] # options by name


def refused(url: str, **options: object) -> str:
    with pytest.raises(FetchRefused) as fault:
        get(url, **options)  # type: ignore[arg-type] # options by name
    return str(fault.value.data["why"])


def failed(url: str, **options: object) -> str:
    with pytest.raises(FetchFailed) as fault:
        get(url, **options)  # type: ignore[arg-type] # options by name
    return str(fault.value.data["why"])
