"""The handshake messages that say what a server presents, read as they came (RFC 5246, RFC 8446).

Only lengths are read here; certificates and names stay bytes.
"""

from __future__ import annotations

SERVER_HELLO = 2
CERTIFICATE = 11
CERTIFICATE_REQUEST = 13
FINISHED = 20
NEW_SESSION_TICKET = 4

_TLS13 = 0x0304
_CERTIFICATE_AUTHORITIES = 47


class BadMessage(Exception):
    """A message whose lengths do not fit."""


def certificates_of(message: bytes, version: int) -> tuple[bytes, ...]:
    """The DER certificates of a Certificate message, its header of four bytes included.

    `version` is that of the protocol as on the wire (0x0304 is TLS 1.3). Raises `BadMessage`.
    """
    body = _Fields(message[4:])
    if version >= _TLS13:
        body.vector(1)
    entries = _Fields(body.vector(3))
    found = []
    while entries.rest:
        found.append(entries.vector(3))
        if version >= _TLS13:
            entries.vector(2)
    return tuple(found)


def ca_names_of(message: bytes, version: int) -> tuple[bytes, ...]:
    """The DER Names of a CertificateRequest message, header included. Raises `BadMessage`."""
    body = _Fields(message[4:])
    body.vector(1)
    if version >= _TLS13:
        extensions = _Fields(body.vector(2))
        while extensions.rest:
            kind, content = extensions.number(2), extensions.vector(2)
            if kind == _CERTIFICATE_AUTHORITIES:
                return _names(_Fields(content).vector(2))
        return ()
    if version >= 0x0303:
        body.vector(2)  # signature algorithms, new in TLS 1.2
    return _names(body.vector(2))


def _names(data: bytes) -> tuple[bytes, ...]:
    names = _Fields(data)
    found = []
    while names.rest:
        found.append(names.vector(2))
    return tuple(found)


class _Fields:
    """Numbers and vectors one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def rest(self) -> bool:
        return self._at < len(self._data)

    def number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def vector(self, size: int) -> bytes:
        return self._take(self.number(size))

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise BadMessage
        self._at += count
        return taken
