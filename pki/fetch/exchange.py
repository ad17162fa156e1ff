"""HTTP/1.1 (RFC 9112) on one connection, read within a deadline and budgets.

The reader is our own and small, because `http.client` cannot be bounded: it gives each read a
time-out of its own, so that a server that sends a byte now and then holds it for ever. Here one
deadline covers headers and chunks together, and one budget covers what is read.
"""

from __future__ import annotations

import io
import re
import socket
import time

from pki.errors import FetchFailed, FetchRefused, LimitExceeded
from pki.fetch.limits import FetchLimits
from pki.fetch.url import Target

_USER_AGENT = "pkiadmin"
_READ = 64 * 1024
_MOST_INTERIM = 4
_LONGEST_CHUNK_LINE = 256
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n\0]*)?\Z")
_FIELD_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n\0]*)?\Z")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_DIGITS = re.compile(r"[0-9]{1,18}\Z")
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Exchange:
    """One request and its response on one connection, read within the deadline and the budgets."""

    def __init__(
        self,
        connection: socket.socket,
        target: Target,
        address: str,
        limits: FetchLimits,
        deadline: float,
    ) -> None:
        self._connection = connection
        self._target = target
        self._address = address
        self._limits = limits
        self._deadline = deadline
        self._buffer = bytearray()
        self._header_budget = limits.header_bytes
        self._header_lines = limits.headers
        # Chunked framing may cost as much again as a quarter of the content, and no more.
        self._wire_budget = limits.body_bytes + limits.body_bytes // 4 + limits.header_bytes + _READ

    def run(self) -> tuple[str | None, str, bytes]:
        """Send the request: the location of a redirect or None, the content type, the body."""
        self._send()
        for _ in range(_MOST_INTERIM + 1):
            status, fields = self._read_head()
            if status >= 200:
                break
            if status == 101:
                raise self._refused("status", status=status)
        else:
            raise self._refused("interim_responses")
        if status in _REDIRECTS:
            locations = fields.get("location", [])
            if len(locations) != 1:
                raise self._refused("bad_redirect")
            return locations[0], "", b""
        if status != 200:
            raise self._failed("status", status=status)
        for encoding in fields.get("content-encoding", []):
            if encoding.strip().lower() not in ("", "identity"):
                raise self._refused("content_encoding", encoding=_printable(encoding)[:40])
        content_type = _printable(", ".join(fields.get("content-type", [])))[:200]
        return None, content_type, self._read_body(fields)

    def _refused(self, why: str, **data: str | int) -> FetchRefused:
        return FetchRefused(why=why, url=self._target.shown, address=self._address, **data)

    def _failed(self, why: str, **data: str | int) -> FetchFailed:
        return FetchFailed(why=why, url=self._target.shown, address=self._address, **data)

    def _remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise self._failed("time")
        return remaining

    def _send(self) -> None:
        request = (
            f"GET {self._target.request} HTTP/1.1\r\n"
            f"Host: {self._target.host_header}\r\n"
            f"User-Agent: {_USER_AGENT}\r\n"
            "Accept: */*\r\n"
            "Accept-Encoding: identity\r\n"
            "Connection: close\r\n"
            "\r\n"
        )
        try:
            self._connection.settimeout(self._remaining())
            self._connection.sendall(request.encode("ascii"))
        except TimeoutError as error:
            raise self._failed("time") from error
        except OSError as error:
            raise self._failed("connection_lost") from error

    # Reading -------------------------------------------------------------------------------------

    def _receive(self) -> bytes:
        """What has arrived, at least one byte; empty at the end of the stream."""
        try:
            self._connection.settimeout(self._remaining())
            data = self._connection.recv(_READ)
        except TimeoutError as error:
            raise self._failed("time") from error
        except OSError as error:
            raise self._failed("connection_lost") from error
        self._wire_budget -= len(data)
        if self._wire_budget < 0:
            raise self._too_large()
        return data

    def _too_large(self) -> LimitExceeded:
        maximum = self._limits.body_bytes
        return LimitExceeded(limit="fetch_bytes", value=maximum + 1, maximum=maximum)

    def _line(self, longest: int) -> bytes | None:
        """The next line without its end; None where it is longer.

        A bare LF ends it as well (RFC 9112, 2.2), a bare CR does not.
        """
        searched = 0
        while (at := self._buffer.find(b"\n", searched, longest + 2)) < 0:
            searched = len(self._buffer)
            if searched > longest + 1:
                return None
            data = self._receive()
            if not data:
                raise self._failed("closed_early")
            self._buffer += data
        line = bytes(self._buffer[:at]).removesuffix(b"\r")
        del self._buffer[: at + 1]
        return line

    def _header_line(self) -> bytes:
        line = self._line(self._header_budget)
        if line is None or len(line) + 2 > self._header_budget:
            maximum = self._limits.header_bytes
            raise LimitExceeded(limit="fetch_header_bytes", value=maximum + 1, maximum=maximum)
        self._header_budget -= len(line) + 2
        if _CONTROLS.search(line):
            raise self._refused("bad_header")
        return line

    def _read_head(self) -> tuple[int, dict[str, list[str]]]:
        status = _STATUS.match(self._header_line())
        if status is None:
            raise self._refused("not_http")
        return int(status[1]), self._read_fields()

    def _read_fields(self) -> dict[str, list[str]]:
        fields: dict[str, list[str]] = {}
        while line := self._header_line():
            self._header_lines -= 1
            if self._header_lines < 0:
                maximum = self._limits.headers
                raise LimitExceeded(limit="fetch_headers", value=maximum + 1, maximum=maximum)
            name, colon, value = line.partition(b":")
            # This also refuses folded lines and white space before the colon (RFC 9112, 5.1, 5.2).
            if not colon or not _FIELD_NAME.match(name):
                raise self._refused("bad_header")
            text = value.strip(b" \t").decode("latin-1")
            fields.setdefault(name.decode().lower(), []).append(text)
        return fields

    def _read_body(self, fields: dict[str, list[str]]) -> bytes:
        codings = [
            text.strip().lower()
            for text in ",".join(fields.get("transfer-encoding", [])).split(",")
        ]
        lengths = {text.strip() for text in ",".join(fields.get("content-length", [])).split(",")}
        if codings != [""]:
            if codings != ["chunked"]:
                raise self._refused(
                    "transfer_encoding", encoding=_printable(",".join(codings))[:40]
                )
            if lengths != {""}:
                # Two framings of one message (RFC 9112, 6.3) are a fault or an attack.
                raise self._refused("two_lengths")
            return self._read_chunks()
        if lengths != {""}:
            if len(lengths) != 1 or not _DIGITS.match(text := lengths.pop()):
                raise self._refused("bad_length")
            return self._read_exactly(int(text))
        return self._read_to_end()

    def _take(self, body: io.BytesIO, count: int) -> None:
        """Move so many bytes from the stream to the body."""
        if body.tell() + count > self._limits.body_bytes:
            raise self._too_large()
        while count:
            if self._buffer:
                piece: bytes | bytearray = self._buffer[:count]
                del self._buffer[:count]
            else:
                piece = self._receive()
                if not piece:
                    raise self._failed("closed_early", missing=count)
                if len(piece) > count:
                    self._buffer += piece[count:]
                    piece = piece[:count]
            body.write(piece)
            count -= len(piece)

    def _read_exactly(self, length: int) -> bytes:
        if length > self._limits.body_bytes:
            raise LimitExceeded(limit="fetch_bytes", value=length, maximum=self._limits.body_bytes)
        body = io.BytesIO()
        self._take(body, length)
        if self._buffer:
            raise self._refused("length_mismatch", length=length)
        # `getvalue` of a BytesIO hands out its buffer: the content stands in memory once.
        return body.getvalue()

    def _read_chunks(self) -> bytes:
        body = io.BytesIO()
        while True:
            line = self._line(_LONGEST_CHUNK_LINE)
            size = _CHUNK_SIZE.match(line) if line else None
            if size is None:
                raise self._refused("bad_chunk")
            count = int(size[1], 16)
            if not count:
                break
            self._take(body, count)
            if self._line(0) != b"":
                raise self._refused("bad_chunk")
        self._read_fields()
        if self._buffer:
            raise self._refused("length_mismatch", length=body.tell())
        return body.getvalue()

    def _read_to_end(self) -> bytes:
        body = io.BytesIO()
        piece: bytes | bytearray = self._buffer
        while True:
            if body.tell() + len(piece) > self._limits.body_bytes:
                raise self._too_large()
            body.write(piece)
            piece = self._receive()
            if not piece:
                return body.getvalue()


def _printable(text: str) -> str:
    """Text of a server as logs and pages may hold it."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)
