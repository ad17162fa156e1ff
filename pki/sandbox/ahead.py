"""What the sandbox's child sends, read ahead of whoever works on it."""

from __future__ import annotations

import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Iterator

from pki.errors import SandboxKilled
from pki.sandbox.child import LENGTHS

Frame = tuple[bytes, bytes]

# A pipe holds a mebibyte, less than a batch that is written in one transaction: without more, the
# child would stand still for as long as its reader works, and only one core would ever be used.
_HELD_BYTES = 16 * 1024 * 1024
_LOOK_SECONDS = 0.25


class ReadAhead:
    """The frames of one upload, in their order, read by a thread of their own.

    `seconds` is how long the caller may wait for the child in all; `left` what is left of them. The
    thread decides nothing: it reads, until the last frame, a fault, or `stop`. Raises, where the
    caller meets it, `SandboxKilled`: `time`, or `crash` for a child whose frame is larger than
    `largest`, and `closed` where its pipe ended, for the caller to say why.
    """

    def __init__(self, pipe: int, *, largest: int, seconds: float) -> None:
        self.left = seconds
        self._pipe = pipe
        self._largest = largest
        self._frames: deque[Frame | None] = deque()
        self._held = 0
        self._fault: SandboxKilled | None = None
        self._stopped = False
        self._turn = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Frame]:
        """Each frame, until the child said that it was the last."""
        while (frame := self._next()) is not None:
            yield frame

    def stop(self) -> None:
        """End the thread, whatever the child does: its pipe may be closed afterwards."""
        with self._turn:
            self._stopped = True
            self._turn.notify_all()
        self._thread.join()

    def _next(self) -> Frame | None:
        started = time.monotonic()
        with self._turn:
            arrived = self._turn.wait_for(lambda: self._frames or self._fault, max(self.left, 0))
            self.left -= time.monotonic() - started
            if not arrived:
                raise SandboxKilled(why="time")
            if not self._frames:
                assert self._fault is not None  # noqa: S101 - what arrived is the one or the other
                raise self._fault
            frame = self._frames.popleft()
            self._held -= _size(frame)
            self._turn.notify_all()
            return frame

    def _run(self) -> None:
        try:
            while self._hold(self._read_frame()):
                pass
        except SandboxKilled as fault:
            with self._turn:
                self._fault = fault
                self._turn.notify_all()

    def _hold(self, frame: Frame | None) -> bool:
        """Keep a frame for the caller, and wait while much is kept; whether to go on reading."""
        with self._turn:
            self._frames.append(frame)
            self._held += _size(frame)
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._stopped or self._held <= _HELD_BYTES)
            return frame is not None and not self._stopped

    def _read_frame(self) -> Frame | None:
        rows_length, ders_length = LENGTHS.unpack(self._read(LENGTHS.size))
        if rows_length + ders_length > self._largest:
            raise SandboxKilled(why="crash")
        if not rows_length:
            return None
        return self._read(rows_length), self._read(ders_length)

    def _read(self, length: int) -> bytes:
        parts: list[bytes] = []
        while length:
            try:
                part = os.read(self._pipe, length)
            except BlockingIOError:
                self._wait()
                continue
            if not part:
                raise SandboxKilled(why="closed")
            parts.append(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _wait(self) -> None:
        """Wait for more; now and then look whether anybody still does.

        The end of the child alone would not tell: what was taken over may have handed its pipe on.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._pipe, selectors.EVENT_READ)
            while not selector.select(_LOOK_SECONDS):
                if self._stopped:
                    raise SandboxKilled(why="closed")


def _size(frame: Frame | None) -> int:
    return sum(map(len, frame)) if frame is not None else 0
