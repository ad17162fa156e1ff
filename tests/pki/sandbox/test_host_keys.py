"""SSH servers that mean no good meet a child that can be killed, and nobody else."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pki.errors import SandboxKilled
from pki.limits import MEBIBYTE
from pki.sandbox.host_keys import HOST_KEY_LIMITS, Exchanged, HostKeyChild
from pki.ssh_wire import spki_from_blob
from tests.peers.running import sftp_server

EXCHANGES = ("curve25519-sha256", "diffie-hellman-group14-sha256")
PATIENT = 60.0


def packet(payload: bytes) -> bytes:
    padding = 8 - (len(payload) + 5) % 8 + 8
    return struct.pack(">IB", len(payload) + 1 + padding, padding) + payload + padding * b"\0"


def offer() -> bytes:
    names = [b"curve25519-sha256", b"ssh-ed25519", b"aes128-ctr", b"aes128-ctr"]
    names += [b"hmac-sha2-256", b"hmac-sha2-256", b"none", b"none", b"", b""]
    listed = b"".join(struct.pack(">I", len(name)) + name for name in names)
    return packet(b"\x14" + 16 * b"c" + listed + 5 * b"\0")


@contextlib.contextmanager
def server(*, then: Callable[[socket.socket], object]) -> Iterator[socket.socket]:
    """The client's end of a connection, at whose other end an SSH server begins, and goes on so."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with contextlib.suppress(OSError), theirs:
            theirs.sendall(b"SSH-2.0-hostile\r\n" + offer())
            then(theirs)

    thread = threading.Thread(target=serve)
    thread.start()
    with ours:
        yield ours
    thread.join()


def flood(connection: socket.socket) -> None:
    ignored = packet(b"\x02" + struct.pack(">I", 12) + 12 * b"x")
    while True:
        connection.sendall(1000 * ignored)


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def ask(child: HostKeyChild, connection: socket.socket, seconds: float = PATIENT) -> Exchanged:
    return child.exchange(
        connection,
        algorithm="ssh-ed25519",
        exchanges=EXCHANGES,
        deadline=time.monotonic() + seconds,
    )


def test_one_child_proves_the_keys_of_one_server_one_after_the_other(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    with sftp_server(key) as port, HostKeyChild() as child:
        found = []
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                found.append(ask(child, connection))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            other = child.exchange(
                connection,
                algorithm="ssh-rsa",
                exchanges=EXCHANGES,
                deadline=time.monotonic() + PATIENT,
            )
    assert found[0] == found[1]
    assert (found[0].why, found[0].algorithm) == ("", "ssh-ed25519")
    assert spki_from_blob(found[0].blob)
    assert other.why == "failed"


def test_a_server_that_keeps_the_child_busy_costs_so_much_and_no_more() -> None:
    cheap = dataclasses.replace(HOST_KEY_LIMITS, sandbox_cpu_seconds=2)
    with server(then=flood) as connection, HostKeyChild(limits=cheap) as child:
        with pytest.raises(SandboxKilled) as killed:
            ask(child, connection)
        assert killed.value.data["why"] == "time"
        # Its own bound ended it, and not the deadline of whoever waits.
        assert not isinstance(killed.value.__cause__, TimeoutError)


def test_a_child_that_no_longer_looks_at_the_time_is_killed_from_outside() -> None:
    with server(then=silent) as connection, HostKeyChild() as child:
        os.kill(child.pid, signal.SIGSTOP)
        with pytest.raises(SandboxKilled) as killed:
            ask(child, connection, seconds=0.5)
        assert killed.value.data["why"] == "time"
        pid = child.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_server_that_is_silent_is_left_at_the_deadline_and_the_child_goes_on() -> None:
    with HostKeyChild() as child:
        for _ in range(2):
            with server(then=silent) as connection:
                assert ask(child, connection, seconds=1.5).why == "time"


def test_memory_beyond_the_bound_is_not_had() -> None:
    tight = dataclasses.replace(HOST_KEY_LIMITS, sandbox_memory_bytes=16 * MEBIBYTE)
    with server(then=flood) as connection, HostKeyChild(limits=tight) as child:
        with pytest.raises(SandboxKilled) as killed:
            ask(child, connection)
        assert killed.value.data["why"] in ("memory", "crash")


def test_what_a_server_sends_is_opened_by_nobody_but_the_child() -> None:
    asked = "import sys, pki.probe.look, pki.sandbox.host_keys; print('asyncssh' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
