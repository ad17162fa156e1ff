"""SSH key exchanges happen in a child that is killed when they cost too much.

What a server sends in one decides what is computed and how much of it, so it is opened there alone.
The child makes no connection: it is handed one that `pki.connection` made, as a descriptor over the
socket at its standard input. One child does all exchanges of a look, one after the other.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pki.errors import SandboxKilled
from pki.limits import DEFAULT, MEBIBYTE, Limits
from pki.sandbox.child import HEADER
from pki.sandbox.process import end_child, start_child, why_it_died

# Beyond the start of the child, the dearest exchange (a group of 8192 bits) costs under a second.
HOST_KEY_LIMITS = dataclasses.replace(
    DEFAULT,
    sandbox_cpu_seconds=15,
    sandbox_wall_seconds=30.0,
    sandbox_memory_bytes=768 * MEBIBYTE,
)
# The child ends each exchange by itself at the deadline; a little later it is ended.
_GRACE = 0.5
_LARGEST_ANSWER = 256 * 1024
_REASONS = ("", "time", "unsupported", "failed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchanged:
    """What came of an exchange: a host key as its SSH blob (RFC 4253, 6.6), or `why` there is none.

    `why` is empty, or `time`, `unsupported` (the key or its algorithm is none that is known) or
    `failed`.
    """

    why: str = ""
    algorithm: str = ""
    blob: bytes = dataclasses.field(default=b"", repr=False)


class HostKeyChild:
    """A child for key exchanges; a context, at whose end it is gone whatever it does."""

    def __init__(self, *, limits: Limits = HOST_KEY_LIMITS) -> None:
        self._limits = limits
        self._ends = time.monotonic() + limits.sandbox_wall_seconds
        ours, theirs = socket.socketpair()
        self._channel = ours
        with theirs:
            self._process = start_child("pki.sandbox.host_keys_child", channel=theirs)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def __enter__(self) -> Self:
        header = {
            "memory": self._limits.sandbox_memory_bytes,
            "cpu_seconds": self._limits.sandbox_cpu_seconds,
            "parent": os.getpid(),
        }
        # One that died already is found out by what is asked of it.
        with contextlib.suppress(OSError):
            self._channel.sendall(_frame(header))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._channel.close()
        end_child(self._process)

    def exchange(
        self,
        connection: socket.socket,
        *,
        algorithm: str,
        exchanges: Sequence[str],
        deadline: float,
    ) -> Exchanged:
        """The host key that a server shows over a connected socket, which stays the caller's to close.

        `algorithm` is the one host key algorithm that is offered to it (RFC 4253, 6.6), `exchanges`
        the key exchange methods, `deadline` a moment of `time.monotonic`. Raises `SandboxKilled`
        (`time`, `memory`, `crash`), after which the child is good for nothing.
        """
        order = {"algorithm": algorithm, "exchanges": list(exchanges), "deadline": deadline}
        last = min(deadline + _GRACE, self._ends)
        try:
            self._channel.settimeout(_until(last))
            socket.send_fds(self._channel, [_frame(order)], [connection.fileno()])
            (length,) = HEADER.unpack(self._exactly(HEADER.size, last))
            if length > _LARGEST_ANSWER:
                raise SandboxKilled(why="crash")
            return _read(self._exactly(length, last))
        except TimeoutError as error:
            raise SandboxKilled(why="time") from error
        except OSError as error:
            raise SandboxKilled(why=self._cause_of_death()) from error

    def _exactly(self, count: int, last: float) -> bytes:
        taken = bytearray()
        while len(taken) < count:
            self._channel.settimeout(_until(last))
            part = self._channel.recv(count - len(taken))
            if not part:
                raise ConnectionResetError
            taken += part
        return bytes(taken)

    def _cause_of_death(self) -> str:
        try:
            return why_it_died(self._process.wait(timeout=1))
        except subprocess.TimeoutExpired:
            return "crash"


def _until(moment: float) -> float:
    left = moment - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _frame(said: Mapping[str, object]) -> bytes:
    content = json.dumps(said).encode()
    return HEADER.pack(len(content)) + content


def _read(answer: bytes) -> Exchanged:
    """The answer; the sender may have been taken over by what it read, so each type is checked."""
    try:
        why, algorithm, blob = json.loads(answer)
        if why not in _REASONS or type(algorithm) is not str or len(algorithm) > 64:
            raise TypeError("no answer")
        return Exchanged(why=why, algorithm=algorithm, blob=base64.b64decode(blob, validate=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise SandboxKilled(why="crash") from error
