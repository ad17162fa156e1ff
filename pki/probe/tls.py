"""What a TLS server presents to a client that accepts everything and offers no certificate.

Python's `ssl` has no public way to the chain of a server that it does not verify before 3.13, and
none at all to the request for a client certificate. So the handshake messages are read as they come
(`SSLContext._msg_callback`, the same from 3.8 on): certificates in the order sent, even those that
OpenSSL cannot decode, and even when the server then ends the handshake for want of a client
certificate. Old protocol versions and weak suites are allowed for looking only; nothing is sent
over the connection but the handshake.
"""

from __future__ import annotations

import contextlib
import ssl
from ipaddress import ip_address
from typing import Any

from pki.errors import ProbeFailed
from pki.probe import tls_messages
from pki.probe.tls_messages import BadMessage
from pki.probe.values import ClientAsked, TlsSeen
from pki.probe.wire import Wire, printable
from pki.tls_alerts import alert_name

_HANDSHAKE, _ALERT = 22, 21
_RECORD_TYPES = range(20, 25)
_CLOSE_NOTIFY = 0
_VERSIONS = {
    0x0300: "SSLv3",
    0x0301: "TLSv1",
    0x0302: "TLSv1.1",
    0x0303: "TLSv1.2",
    0x0304: "TLSv1.3",
}
# SSL_OP_LEGACY_SERVER_CONNECT and SSL_OP_NO_RX_CERTIFICATE_COMPRESSION of ssl.h; `ssl` names the
# former from 3.12 on. A compressed certificate (RFC 8879) would come in a message of another type.
_LEGACY_SERVER_CONNECT = 0x4
_NO_COMPRESSED_CERTIFICATES = 1 << 33
# How long a server may take to object to a missing client certificate after a TLS 1.3 handshake.
_OBJECTION_SECONDS = 1.5


def look_at_tls(wire: Wire, *, host: str, auth: str = "") -> TlsSeen:
    """The handshake over a connected wire; SNI is sent where the host is a name (RFC 6066, 3).

    Raises `ProbeFailed` with `why`: `not_tls` (with what the service `said`), `tls_alert` (with
    `alert`), `tls` (with OpenSSL's `reason`), `no_certificate`, `chain_too_large`, and those of the
    wire.
    """
    wire.stage = "tls"
    heard = _Heard()
    handshake = _Handshake(wire, heard, _server_name(host))
    handshake.run()
    if not heard.certificates:
        raise wire.failed("no_certificate")
    return TlsSeen(
        certificates=heard.certificates,
        version=heard.version,
        cipher=handshake.cipher,
        client=heard.client,
        ca_names=heard.ca_names,
        alert=heard.alert,
        auth=auth,
    )


def _server_name(host: str) -> str | None:
    try:
        ip_address(host)
    except ValueError:
        return host
    return None


class _Heard:
    """What the messages of the server said, written by OpenSSL's callback."""

    def __init__(self) -> None:
        self.certificates: tuple[bytes, ...] = ()
        self.ca_names: tuple[bytes, ...] = ()
        self.version = ""
        self.greeted = False
        self.requested = False
        self.alert = ""
        self.own_finished = False
        self.went_on = False

    def message(
        self, _: Any, direction: str, version: int, content_type: int, kind: int, data: bytes
    ) -> None:
        """One message or alert; nothing may be raised into OpenSSL."""
        if direction == "write":
            if content_type == _HANDSHAKE and kind == tls_messages.FINISHED:
                self.own_finished = True
        elif content_type == _HANDSHAKE:
            # What does not read is no chain; OpenSSL refuses it as well.
            with contextlib.suppress(BadMessage):
                self._handshake(int(version), int(kind), bytes(data))
        elif content_type == _ALERT and len(data) == 2 and data[1] != _CLOSE_NOTIFY:
            self.alert = alert_name(data[1])

    def _handshake(self, version: int, kind: int, data: bytes) -> None:
        if kind == tls_messages.SERVER_HELLO:
            self.greeted = True
        elif kind == tls_messages.CERTIFICATE:
            self.version = _VERSIONS.get(version, f"{version:#06x}")
            self.certificates = tls_messages.certificates_of(data, version)
        elif kind == tls_messages.CERTIFICATE_REQUEST:
            self.requested = True
            self.ca_names = tls_messages.ca_names_of(data, version)
        elif kind == tls_messages.NEW_SESSION_TICKET:
            self.went_on = True

    @property
    def client(self) -> ClientAsked:
        if not self.requested:
            return ClientAsked.NO
        if self.alert:
            return ClientAsked.REQUIRED
        return ClientAsked.OPTIONAL if self.went_on else ClientAsked.UNDECIDED


class _Handshake:
    """Drives OpenSSL over two memory buffers, so that the wire alone decides how long and how much."""

    def __init__(self, wire: Wire, heard: _Heard, server_name: str | None) -> None:
        self._wire = wire
        self._heard = heard
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _context(heard).wrap_bio(
            self._incoming, self._outgoing, server_hostname=server_name
        )
        self._first = True

    @property
    def cipher(self) -> str:
        cipher = self._tls.cipher()
        return cipher[0] if cipher else ""

    def run(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._wire.send(self._outgoing.read())
                self._read()
            except ssl.SSLError as error:
                if self._refused_for_want_of_a_certificate:
                    return
                raise self._fault(error) from error
        self._wire.send(self._outgoing.read())
        if self._heard.requested:
            self._wait_for_objection()
        self._take_leave()

    @property
    def _refused_for_want_of_a_certificate(self) -> bool:
        """Up to TLS 1.2 a server objects after the client's last message: its own proof was good."""
        return bool(self._heard.alert and self._heard.requested and self._heard.own_finished)

    def _read(self) -> None:
        data = self._wire.receive()
        if self._first and data:
            self._first = False
            if data[0] not in _RECORD_TYPES or data[1:2] not in (b"", b"\x03"):
                raise self._wire.failed("not_tls", said=printable(data))
        if data:
            self._incoming.write(data)
        elif self._heard.requested and self._heard.own_finished:
            # Some servers close without a word when no certificate came.
            self._heard.alert = "close_notify"
            self._incoming.write_eof()
        else:
            raise self._wire.failed("closed_early")

    def _fault(self, error: ssl.SSLError) -> Exception:
        if self._heard.alert:
            return self._wire.failed("tls_alert", alert=self._heard.alert)
        reason = error.reason or "UNKNOWN"
        if reason == "EXCESSIVE_MESSAGE_SIZE" and self._heard.greeted:
            return self._wire.failed("chain_too_large")
        return self._wire.failed("tls", reason=reason.replace("_", " ").lower()[:100])

    def _wait_for_objection(self) -> None:
        """Whether the server goes on without a client certificate, which it need not say at once."""
        self._wire.stage = "objection"
        while not (self._heard.alert or self._heard.went_on):
            try:
                self._tls.read(1)
                self._heard.went_on = True
            except ssl.SSLWantReadError:
                try:
                    data = self._wire.receive(patience=_OBJECTION_SECONDS)
                except TimeoutError:
                    return
                if not data:
                    self._heard.alert = "close_notify"
                    return
                self._incoming.write(data)
            except ssl.SSLError:
                return

    def _take_leave(self) -> None:
        """A close_notify, so that the log of the service shows no torn connection."""
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        with contextlib.suppress(ProbeFailed):
            self._wire.send(self._outgoing.read())


def _context(heard: _Heard) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:!aNULL:!eNULL:@SECLEVEL=0")
    context.options |= _LEGACY_SERVER_CONNECT
    if ssl.OPENSSL_VERSION_INFO >= (3, 2):
        context.options |= _NO_COMPRESSED_CERTIFICATES
    context._msg_callback = heard.message  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    return context
