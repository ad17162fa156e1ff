"""One connection to a service, read within the deadline and a budget of bytes.

A read has no time-out of its own: whatever a server does, dripping included, the look ends with its
deadline. What is shown of a server's words is printable ASCII and short.
"""

from __future__ import annotations

import socket

from pki.address_guard import CheckedAddress
from pki.connection import Door
from pki.errors import NotConnected, ProbeFailed
from pki.probe.values import ProbeLimits

_READ = 16 * 1024
_LONGEST_LINE = 4096
_SHOWN = 200


class Wire:
    """A connected socket. All faults are `ProbeFailed`; `stage` says what was being waited for."""

    def __init__(
        self, connection: socket.socket, address: CheckedAddress, door: Door, limits: ProbeLimits
    ) -> None:
        self.connection = connection
        self.address = address
        self.limits = limits
        self.stage = "connect"
        self._door = door
        self._buffer = bytearray()
        self._budget = limits.bytes
        self._dialogue = limits.dialogue_bytes
        self._lines = limits.lines

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def failed(self, why: str, **data: str | int) -> ProbeFailed:
        """The fault of this name, with what is known of the address."""
        return ProbeFailed(
            why=why,
            stage=self.stage,
            host=self.address.host,
            address=self.address.address,
            port=self.address.port,
            **data,
        )

    def remaining(self) -> float:
        """Seconds until the deadline. Raises `ProbeFailed` (`time`)."""
        try:
            return self._door.remaining()
        except NotConnected as error:
            raise self.failed("time") from error

    def send(self, data: bytes) -> None:
        """Everything, or `ProbeFailed` (`time`, `connection_lost`)."""
        if not data:
            return
        try:
            self.connection.settimeout(self.remaining())
            self.connection.sendall(data)
        except TimeoutError as error:
            raise self.failed("time") from error
        except OSError as error:
            raise self.failed("connection_lost") from error

    def receive(self, *, patience: float | None = None) -> bytes:
        """What has arrived, at least one byte; empty at the end of the stream.

        With `patience`, no longer than so many seconds: `TimeoutError` when nothing came.
        """
        if self._buffer:
            data = bytes(self._buffer)
            self._buffer.clear()
            return data
        remaining = self.remaining()
        try:
            self.connection.settimeout(min(remaining, patience or remaining))
            data = self.connection.recv(_READ)
        except TimeoutError as error:
            if patience is not None and patience < remaining:
                raise
            raise self.failed("time") from error
        except OSError as error:
            raise self.failed("connection_lost") from error
        self._budget -= len(data)
        if self._budget < 0:
            raise self.failed("too_much", maximum=self.limits.bytes)
        return data

    def put_back(self, data: bytes) -> None:
        """Give back what was read too far."""
        self._buffer[:0] = data

    def exactly(self, count: int) -> bytes:
        """So many bytes. Raises `ProbeFailed` (`closed_early` and as `receive`)."""
        taken = bytearray()
        while len(taken) < count:
            data = self.receive()
            if not data:
                raise self.failed("closed_early")
            taken += data
        self.put_back(bytes(taken[count:]))
        return bytes(taken[:count])

    def line(self) -> bytes:
        """The next line of the dialogue without its end, which may be a bare LF.

        Raises `ProbeFailed` (`closed_early`, `endless` and as `receive`).
        """
        taken = bytearray()
        while b"\n" not in taken:
            if len(taken) > min(_LONGEST_LINE, self._dialogue):
                raise self.failed("endless", said=printable(bytes(taken)))
            data = self.receive()
            if not data:
                raise self.failed("closed_early", said=printable(bytes(taken)))
            taken += data
        line, _, rest = bytes(taken).partition(b"\n")
        self.put_back(rest)
        self._dialogue -= len(line) + 1
        self._lines -= 1
        if self._dialogue < 0 or self._lines < 0:
            raise self.failed("endless", said=printable(line))
        return line.removesuffix(b"\r")

    @property
    def has_more(self) -> bool:
        """Whether something was read that nobody took yet."""
        return bool(self._buffer)


def printable(data: bytes) -> str:
    """The words of a server as pages and logs may hold them: its first line, at most 200 characters."""
    lines = [line.strip() for line in data[: 4 * _SHOWN].splitlines() if line.strip()]
    text = (lines[0] if lines else b"").decode("latin-1")
    return "".join(char if " " <= char <= "~" else "?" for char in text)[:_SHOWN]
