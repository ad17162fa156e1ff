"""Real TLS peers on loopback, and what real tools print about them."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from tests.pki.chains import Issued


def write(folder: Path, name: str, *issued: Issued) -> Path:
    path = folder / name
    path.write_bytes(b"".join(one.pem for one in issued))
    return path


def write_key(folder: Path, name: str, issued: Issued) -> Path:
    path = folder / name
    path.write_bytes(
        issued.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


class Server:
    """`openssl s_server` on loopback; `said` is its own log, complete when it has ended."""

    def __init__(self, *options: str | Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [
                "openssl",
                "s_server",
                "-accept",
                f"127.0.0.1:{self.port}",
                "-www",
                *map(str, options),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        while "ACCEPT" not in self.process.stdout.readline():
            assert self.process.poll() is None, "s_server did not start"

    def stop(self) -> str:
        self.process.terminate()
        said, _ = self.process.communicate(timeout=20)
        return said


@contextmanager
def serving(*options: str | Path) -> Iterator[Server]:
    server = Server(*options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def said_by(*command: str | Path, expect_failure: bool = True) -> str:
    done = subprocess.run(
        [str(word) for word in command], input="", capture_output=True, text=True, timeout=60
    )
    if expect_failure:
        assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr
