"""Untrusted bytes are opened only in a child process that can be killed.

No time-out inside a process stops a C loop or a hostile allocation, so the bytes go through a pipe
to a fresh interpreter with bounds on memory, time and files, no environment and no open files, and
plain rows come back. A process of `subprocess` works wherever the console runs: in a thread of the
web server as in a worker of Celery, whose daemonic processes may have no `multiprocessing` children.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import selectors
import subprocess
import time
from collections.abc import Iterator

from pki.errors import LimitExceeded, SandboxKilled
from pki.formats.blocks import Block, Known
from pki.formats.wire import BadWire, decode_blocks
from pki.limits import DEFAULT, Limits
from pki.sandbox.ahead import Frame, ReadAhead
from pki.sandbox.child import HEADER
from pki.sandbox.process import end_child, start_child, why_it_died

_PIPE_BYTES = 1024 * 1024
DIGEST_BYTES = 32
_LIMIT_NAMES = frozenset(("input_bytes", "blocks", "zip_members", "zip_bytes"))
# A batch is hundreds of blocks of a few kilobytes, or a few CRLs; the child may send nothing larger
# than all of its input and as much again in rows.
_FRAME_FACTOR = 8
_FRAME_FLOOR = 64 * 1024 * 1024


def stream_blocks(
    data: bytes,
    *,
    name: str = "",
    limits: Limits = DEFAULT,
    batch: int = 500,
    known: Known | None = None,
) -> Iterator[list[Block]]:
    """The blocks of an upload in batches, read in a child while the caller works on the last one.

    `known` says which certificates the caller has, by SHA-256; they are not parsed again. Raises
    `LimitExceeded` before the first batch, and `SandboxKilled` when the child had to be killed
    (`time`, `memory`) or died (`crash`). Closing the iterator kills the child at once. The time
    bound counts only the time spent waiting for the child.
    """
    with Sandbox(limits=limits) as sandbox:
        yield from sandbox.stream_blocks(data, name=name, batch=batch, known=known)
        sandbox.finish()


class Sandbox:
    """One child for several uploads of one sender, one after the other; its bounds hold for all.

    Starting a child takes longer than a small file does. Who sends a file that takes over the child
    can only spoil what else the same sender sends with it.
    """

    def __init__(self, *, limits: Limits = DEFAULT) -> None:
        self._limits = limits
        self._child: _Child | None = None

    def __enter__(self) -> Sandbox:
        """Nothing yet: the child is started for the first upload."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the child, whatever it does."""
        self.kill()

    def kill(self) -> None:
        """End the child at once; the next upload gets another."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def finish(self) -> None:
        """Let the child end by itself, and well."""
        if self._child is not None:
            self._child.finish()

    def stream_blocks(
        self, data: bytes, *, name: str = "", batch: int = 500, known: Known | None = None
    ) -> Iterator[list[Block]]:
        """As the function of this name. An upload that is not read to its end kills the child."""
        limits = self._limits
        if len(data) > limits.input_bytes:
            raise LimitExceeded(limit="input_bytes", value=len(data), maximum=limits.input_bytes)
        child = self._child = self._child or _Child(limits)
        whole = False
        try:
            child.send(_request(name, limits, batch, asks=known is not None, size=len(data)), data)
            here: frozenset[str] = frozenset()
            for rows, ders in child.frames(max(_FRAME_FLOOR, _FRAME_FACTOR * len(data))):
                if rows.startswith(b"{") and known is not None:
                    here, known = _answer(child, rows, ders, known), None
                else:
                    yield _blocks(rows, ders, here)
            whole = True
        finally:
            if not whole:
                self.kill()


def _request(name: str, limits: Limits, batch: int, *, asks: bool, size: int) -> bytes:
    request = json.dumps(
        {
            "limits": dataclasses.asdict(limits),
            "name": name[:200],
            "batch": batch,
            "asks": asks,
            "size": size,
            "parent": os.getpid(),
        }
    ).encode()
    return HEADER.pack(len(request)) + request


def _answer(child: _Child, rows: bytes, digests: bytes, known: Known) -> frozenset[str]:
    """Tell the child, which asks at most once, what the caller has of what it found."""
    if rows != b'{"digests":true}' or len(digests) % DIGEST_BYTES:
        raise _limit(rows)
    asked = [digests[at : at + DIGEST_BYTES].hex() for at in range(0, len(digests), DIGEST_BYTES)]
    here = frozenset(known(asked))
    child.send(bytes(digest in here for digest in asked))
    return here


def _blocks(rows: bytes, ders: bytes, here: frozenset[str]) -> list[Block]:
    if rows.startswith(b"{"):
        raise _limit(rows)
    try:
        blocks = decode_blocks(rows, ders)
    except BadWire as error:
        raise SandboxKilled(why="crash") from error
    if any(block.known and block.known not in here for block in blocks):
        raise SandboxKilled(why="crash")
    return blocks


def _limit(rows: bytes) -> LimitExceeded | SandboxKilled:
    """The limit that the child says was met; only known names and numbers are repeated."""
    try:
        met = json.loads(rows)["limit"]
        name, value, maximum = met["limit"], met["value"], met["maximum"]
    except (ValueError, TypeError, KeyError):
        return SandboxKilled(why="crash")
    if name not in _LIMIT_NAMES or type(value) is not int or type(maximum) is not int:
        return SandboxKilled(why="crash")
    return LimitExceeded(limit=name, value=value, maximum=maximum)


class _Child:
    """The process, its two pipes, and how long we may still wait for it."""

    def __init__(self, limits: Limits) -> None:
        self._left = limits.sandbox_wall_seconds
        self._ahead: ReadAhead | None = None
        self._process = start_child("pki.sandbox.child")
        assert self._process.stdin is not None  # noqa: S101 - asked for two lines above
        assert self._process.stdout is not None  # noqa: S101 - likewise
        self._stdin = self._process.stdin.fileno()
        self._stdout = self._process.stdout.fileno()
        for pipe in (self._stdin, self._stdout):
            os.set_blocking(pipe, False)
            if hasattr(fcntl, "F_SETPIPE_SZ"):
                # Beyond the user's allowance the pipe stays as it is: slower, not wrong.
                with contextlib.suppress(OSError):
                    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def send(self, *parts: bytes) -> None:
        """Hand over everything; a child that dies meanwhile is noticed when it is read from."""
        with contextlib.suppress(BrokenPipeError):
            for part in parts:
                self._write(memoryview(part))

    def _write(self, view: memoryview) -> None:
        while view:
            self._wait(self._stdin, selectors.EVENT_WRITE)
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(self._stdin, view) :]

    def frames(self, largest: int) -> Iterator[Frame]:
        """The frames of the answer, until the child said that it was the last."""
        ahead = self._ahead = ReadAhead(self._stdout, largest=largest, seconds=self._left)
        try:
            yield from ahead
        except SandboxKilled as error:
            if error.data["why"] != "closed":
                raise
            raise SandboxKilled(why=self._why_it_died()) from error
        finally:
            self._left = ahead.left
            ahead.stop()

    def _wait(self, pipe: int, event: int) -> None:
        """Wait for the pipe, no longer than is left of the time for the child."""
        started = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            ready = selector.select(max(self._left, 0.001))
        self._left -= time.monotonic() - started
        if not ready or self._left <= 0:
            raise SandboxKilled(why="time")

    def _why_it_died(self) -> str:
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "crash"  # it closed its pipe and lives on
        return why_it_died(status)

    def finish(self) -> None:
        """The child has said its last; it must end by itself and well."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired as error:
            raise SandboxKilled(why="time") from error
        if status != 0:
            raise SandboxKilled(why="crash")

    def kill(self) -> None:
        """End the process, whatever it does, and before its pipe is closed whoever reads there."""
        self._process.kill()
        if self._ahead is not None:
            self._ahead.stop()
        end_child(self._process)
