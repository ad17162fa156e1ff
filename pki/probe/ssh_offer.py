"""What an SSH server says of itself before any key: its identification and its offer of algorithms.

Read over a plain connection that ends after it (RFC 4253, 4.2 and 7.1), so that only key types that
the server names are asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pki.probe.wire import Wire, printable
from pki.ssh_wire import Reader, SshDamaged

_IDENT = b"SSH-2.0-pkiadmin\r\n"
_VERSIONS = re.compile(rb"SSH-(?:2\.0|1\.99)-")
_DISCONNECT, _IGNORE, _DEBUG, _KEXINIT = 1, 2, 4, 20
_LARGEST_PACKET = 64 * 1024
_MOST_PACKETS = 8
_COOKIE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """The identification, and the names in the first two lists of SSH_MSG_KEXINIT."""

    ident: str
    key_exchanges: tuple[str, ...]
    host_keys: tuple[str, ...]


def read_offer(wire: Wire) -> Offer:
    """The offer of the server at the other end.

    Raises `ProbeFailed` with `why`: `not_ssh` (with what it `said`), `ssh_version` (SSH 1 only, with
    its `said`), `ssh_damaged`, `ssh_disconnect` (with its reason as `said`), and those of the wire.
    """
    wire.stage = "greeting"
    ident = _ident(wire)
    wire.send(_IDENT)
    wire.stage = "key_exchange"
    payload = _key_exchange(wire)
    reader = Reader(payload[1 + _COOKIE :])
    try:
        key_exchanges, host_keys = reader.string(), reader.string()
    except SshDamaged as error:
        raise wire.failed("ssh_damaged") from error
    return Offer(
        ident=printable(ident), key_exchanges=_names(key_exchanges), host_keys=_names(host_keys)
    )


def _ident(wire: Wire) -> bytes:
    """The identification; a server may say other lines before it, which no TLS or FTP server ends."""
    first = line = wire.line()
    while not line.startswith(b"SSH-"):
        if re.match(rb"[0-9]{3}[ -]|HTTP/", first) or first[:1] in (b"\x15", b"\x16"):
            raise wire.failed("not_ssh", said=printable(first))
        line = wire.line()
    if not _VERSIONS.match(line):
        raise wire.failed("ssh_version", said=printable(line))
    return line


def _key_exchange(wire: Wire) -> bytes:
    for _ in range(_MOST_PACKETS):
        length = int.from_bytes(wire.exactly(4), "big")
        if not 2 <= length <= _LARGEST_PACKET:
            raise wire.failed("ssh_damaged")
        packet = wire.exactly(length)
        payload = packet[1 : length - packet[0]]
        kind = payload[0] if payload else -1
        if kind == _KEXINIT:
            return payload
        if kind == _DISCONNECT:
            raise wire.failed("ssh_disconnect", said=_reason(payload))
        if kind not in (_IGNORE, _DEBUG):
            break
    raise wire.failed("ssh_damaged")


def _reason(payload: bytes) -> str:
    reader = Reader(payload[1:])
    try:
        reader.uint32()
        return printable(reader.string())
    except SshDamaged:
        return ""


def _names(listed: bytes) -> tuple[str, ...]:
    """A name-list (RFC 4251, 5): visible ASCII, none longer than 64 characters."""
    names = listed.decode("latin-1").split(",")
    return tuple(name for name in names[:200] if re.fullmatch(r"[!-~]{1,64}", name))
