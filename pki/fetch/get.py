"""Fetch one URL with GET, over redirects and TLS; one deadline covers all of it.

CRLs are signed by their issuer, so TLS adds nothing to their truth, and a CA's own server is often
certified by the very CA whose CRL is wanted (RFC 5280, section 8 warns of that circle). A caller
may therefore ask for `Tls.NOTED`: the server's certificate is verified against the system's roots,
and where that fails the content is fetched all the same and the answer says why.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field
from enum import StrEnum

from pki.address_guard import AllowList, CheckedAddress, Resolver, system_resolver
from pki.connection import Connect, Door, connect_to
from pki.errors import AddressRefused, FetchFailed, FetchRefused, NameNotResolved, NotConnected
from pki.fetch.exchange import Exchange
from pki.fetch.limits import DEFAULT_LIMITS, FetchLimits
from pki.fetch.url import Target, read_url, redirected


class Tls(StrEnum):
    """What becomes of an HTTPS server whose certificate does not verify: refused, or noted."""

    REQUIRED = "required"
    NOTED = "noted"


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
        target = redirected(target, answer.location, limits)
    raise FetchRefused(
        why="too_many_redirects", url=target.shown, address="", maximum=limits.redirects
    )


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
            exchange = Exchange(
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


def _unverified_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
