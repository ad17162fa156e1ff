"""The one door to the network: fetch one URL over HTTP, within bounds that no server can stretch.

The reader of HTTP/1.1 (RFC 9112) is our own and small, because `http.client` cannot be bounded: it
gives each read a time-out of its own, so that a server that sends a byte now and then holds it for
ever. Here one deadline covers names, connections, TLS, headers, chunks and redirects together, and
one budget covers what is read. Nothing is taken from the environment: no proxy, no .netrc, no
cookies; content is never decompressed.

CRLs are signed by their issuer, so TLS adds nothing to their truth, and a CA's own server is often
certified by the very CA whose CRL is wanted (RFC 5280, section 8 warns of that circle). A caller
may therefore ask for `Tls.NOTED`: the server's certificate is verified against the system's roots,
and where that fails the content is fetched all the same and the answer says why.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, urljoin, urlsplit

from pki.address_guard import (
    WEB_PORTS,
    AllowList,
    CheckedAddress,
    Resolver,
    read_host,
    system_resolver,
)
from pki.connection import Connect, Door, connect_to
from pki.errors import (
    AddressRefused,
    FetchFailed,
    FetchRefused,
    LimitExceeded,
    NameNotResolved,
    NotConnected,
)
from pki.limits import MEBIBYTE

_USER_AGENT = "pkiadmin"
_READ = 64 * 1024
_MOST_INTERIM = 4
_LONGEST_CHUNK_LINE = 256
_URL_CHARACTERS = re.compile(r"[!#-\[\]_a-z~]+\Z")
_SHOWN_URL = 300
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n\0]*)?\Z")
_FIELD_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n\0]*)?\Z")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_DIGITS = re.compile(r"[0-9]{1,18}\Z")
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Tls(StrEnum):
    """What becomes of an HTTPS server whose certificate does not verify: refused, or noted."""

    REQUIRED = "required"
    NOTED = "noted"


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchLimits:
    """Bounds on one fetch, redirects included; sizes in bytes, `seconds` of the wall clock.

    `ports` are open at public addresses without a rule.
    """

    body_bytes: int = 64 * MEBIBYTE
    header_bytes: int = 32 * 1024
    headers: int = 100
    seconds: float = 60.0
    connect_seconds: float = 10.0
    redirects: int = 5
    url_characters: int = 2048
    ports: Collection[int] = WEB_PORTS


DEFAULT_LIMITS = FetchLimits()


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What came back. `url` is the last one, after redirects; `redirects` counts them.

    `address` is the one connected to; `tls` is `none`, `verified` or `unverified`, and `tls_reason`
    OpenSSL's words for the latter. `seconds` is the duration by the wall clock.
    """

    body: bytes = field(repr=False)
    url: str
    content_type: str
    address: str
    seconds: float
    redirects: int
    tls: str
    tls_reason: str


def fetch(
    url: str,
    *,
    limits: FetchLimits = DEFAULT_LIMITS,
    allow: AllowList = (),
    tls: Tls = Tls.REQUIRED,
    context: ssl.SSLContext | None = None,
    resolver: Resolver = system_resolver,
    connect: Connect = connect_to,
) -> Fetched:
    """Fetch one http or https URL with GET.

    `allow` opens what is not public (see `pki.address_guard`); `context` replaces the default TLS
    context, which trusts the system's roots. `resolver` and `connect` are the doors that tests
    replace; whatever `connect` gives must be connected to the checked address.

    Raises `FetchRefused` (the URL, an address, a redirect or the form of the answer is not
    acceptable), `FetchFailed` (no answer, an error status, a broken or late one), `LimitExceeded`
    (`fetch_bytes`, `fetch_header_bytes`, `fetch_headers`). Data never holds a user name, password
    or query of the URL.
    """
    started = time.monotonic()
    door = Door(
        deadline=started + limits.seconds,
        allow=allow,
        public_ports=limits.ports,
        connect_seconds=limits.connect_seconds,
        resolver=resolver,
        connect=connect,
    )
    errand = _Errand(limits=limits, tls=tls, context=context, door=door)
    target = read_url(url, limits=limits)
    for redirects in range(limits.redirects + 1):
        answer = errand.ask(target)
        if answer.location is None:
            return Fetched(
                body=answer.body,
                url=target.url,
                content_type=answer.content_type,
                address=answer.address,
                seconds=time.monotonic() - started,
                redirects=redirects,
                tls=answer.tls,
                tls_reason=answer.tls_reason,
            )
        target = _redirected(target, answer.location, limits)
    raise FetchRefused(
        why="too_many_redirects", url=target.shown, address="", maximum=limits.redirects
    )


# URLs --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A URL taken apart; `request` is the path and query to ask for.

    `shown` is what messages and logs may hold: without the query, which may be a secret.
    """

    shown: str
    secure: bool
    host: str
    port: int
    request: str

    @property
    def url(self) -> str:
        """The URL in one spelling, without its fragment."""
        return f"{'https' if self.secure else 'http'}://{self.host_header}{self.request}"

    @property
    def host_header(self) -> str:
        """The Host field (RFC 9110, 7.2): with brackets and, where not the default, the port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def read_url(url: str, *, limits: FetchLimits = DEFAULT_LIMITS) -> Target:
    """Take a URL apart, strictly: what two readers could read differently is refused.

    Raises `FetchRefused` with `why`: `bad_url`, `url_too_long`, `scheme` (anything but http and
    https: LDAP, file, ftp), `userinfo`, `bad_port`, `bad_host`, `ambiguous_address`.
    """
    if len(url) > limits.url_characters:
        raise FetchRefused(why="url_too_long", url="", address="", maximum=limits.url_characters)
    try:
        # Before the parser, which silently drops tabs and line feeds and forgives the rest.
        parts = urlsplit(url) if _URL_CHARACTERS.match(url) else None
    except ValueError:
        parts = None
    if parts is None:
        raise FetchRefused(why="bad_url", url="", address="")
    if parts.scheme not in ("http", "https"):
        raise FetchRefused(why="scheme", url="", address="", scheme=parts.scheme[:20])
    shown = _shown(parts)
    if "@" in parts.netloc:
        raise FetchRefused(why="userinfo", url=shown, address="")
    secure = parts.scheme == "https"
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0 or parts.netloc.endswith(":"):
        raise FetchRefused(why="bad_port", url=shown, address="")
    try:
        host = str(read_host(parts.netloc.rsplit(":", 1)[0] if port else parts.netloc))
    except AddressRefused as error:
        raise FetchRefused(why=str(error.data["why"]), url=shown, address="") from error
    port = port or (443 if secure else 80)
    request = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(shown=shown, secure=secure, host=host, port=port, request=request)


def _shown(parts: SplitResult) -> str:
    netloc = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{netloc}{parts.path}"[:_SHOWN_URL]


def _redirected(target: Target, location: str, limits: FetchLimits) -> Target:
    if not _URL_CHARACTERS.match(location):
        raise FetchRefused(why="bad_redirect", url=target.shown, address="")
    try:
        joined = urljoin(target.url, location)
    except ValueError as error:
        raise FetchRefused(why="bad_redirect", url=target.shown, address="") from error
    following = read_url(joined, limits=limits)
    if target.secure and not following.secure:
        raise FetchRefused(why="redirect_to_http", url=following.shown, address="")
    return following


# Asking ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """One response; `location` is set where it is a redirect, and the body is then not read."""

    body: bytes = b""
    content_type: str = ""
    location: str | None = None
    address: str = ""
    tls: str = "none"
    tls_reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Errand:
    """What holds for all requests of one fetch."""

    limits: FetchLimits
    tls: Tls
    context: ssl.SSLContext | None
    door: Door

    def ask(self, target: Target) -> _Answer:
        """One request to the first address that takes a connection."""
        addresses = self._addresses(target)
        fault: FetchFailed | None = None
        for address in addresses:
            try:
                connection = self._connect(target, address)
            except FetchFailed as error:
                fault = error
                continue
            return self._ask_over(target, address, connection)
        raise fault or FetchFailed(why="unreachable", url=target.shown, address="")

    def _remaining(self, target: Target, address: str = "") -> float:
        try:
            return self.door.remaining()
        except NotConnected as error:
            raise FetchFailed(why="time", url=target.shown, address=address) from error

    def _addresses(self, target: Target) -> tuple[CheckedAddress, ...]:
        try:
            return self.door.addresses(target.host, target.port)
        except AddressRefused as error:
            raise FetchRefused(
                why=str(error.data["why"]), url=target.shown, address=str(error.data["address"])
            ) from error
        except NotConnected as error:
            raise FetchFailed(why="time", url=target.shown, address="") from error
        except NameNotResolved as error:
            why = "time" if error.data["why"] == "time" else "not_resolved"
            raise FetchFailed(why=why, url=target.shown, address="") from error

    def _connect(self, target: Target, address: CheckedAddress) -> socket.socket:
        try:
            return self.door.open(address)
        except NotConnected as error:
            kind = FetchRefused if error.data["why"] == "wrong_peer" else FetchFailed
            raise kind(url=target.shown, **error.data) from error

    def _ask_over(
        self, target: Target, address: CheckedAddress, connection: socket.socket
    ) -> _Answer:
        state, reason = "none", ""
        try:
            if target.secure:
                connection, state, reason = self._secure(target, address, connection)
            exchange = _Exchange(
                connection, target, address.address, self.limits, self.door.deadline
            )
            location, content_type, body = exchange.run()
        finally:
            connection.close()
        return _Answer(
            body=body,
            content_type=content_type,
            location=location,
            address=address.address,
            tls=state,
            tls_reason=reason,
        )

    def _secure(
        self, target: Target, address: CheckedAddress, connection: socket.socket
    ) -> tuple[socket.socket, str, str]:
        """TLS over the connection; where noted only, over a second one without verification."""
        context = self.context or ssl.create_default_context()
        try:
            return self._wrap(target, address, connection, context), "verified", ""
        except ssl.SSLCertVerificationError as error:
            connection.close()
            reason = error.verify_message[:200]
            if self.tls is Tls.REQUIRED:
                raise FetchFailed(
                    why="tls_unverified",
                    url=target.shown,
                    address=address.address,
                    number=error.verify_code,
                    reason=reason,
                ) from error
        again = self._connect(target, address)
        return self._wrap(target, address, again, _unverified_context()), "unverified", reason

    def _wrap(
        self,
        target: Target,
        address: CheckedAddress,
        connection: socket.socket,
        context: ssl.SSLContext,
    ) -> ssl.SSLSocket:
        """The handshake; its time-out is one for all of its messages."""
        try:
            connection.settimeout(self._remaining(target, address.address))
            # An early end must not look like the end: without a length that is a truncated list.
            return context.wrap_socket(
                connection, server_hostname=target.host, suppress_ragged_eofs=False
            )
        except ssl.SSLCertVerificationError:
            raise
        except TimeoutError as error:
            connection.close()
            raise FetchFailed(why="time", url=target.shown, address=address.address) from error
        except OSError as error:
            connection.close()
            reason = (error.reason if isinstance(error, ssl.SSLError) else "") or "connection lost"
            raise FetchFailed(
                why="tls", url=target.shown, address=address.address, reason=reason[:200]
            ) from error


def _printable(text: str) -> str:
    """Text of a server as logs and pages may hold it."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)


def _unverified_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# HTTP/1.1 ----------------------------------------------------------------------------------------


class _Exchange:
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
