"""One look at a live service, over connections that go to judged addresses and nowhere else."""

from __future__ import annotations

import errno
import time

from pki.address_guard import AllowList, CheckedAddress, Resolver, system_resolver
from pki.connection import Connect, Door, connect_to
from pki.errors import AddressRefused, NameNotResolved, NotConnected, ProbeFailed, ProbeRefused
from pki.probe.ftp import begin_tls
from pki.probe.ssh import look_at_ssh
from pki.probe.tls import look_at_tls
from pki.probe.values import ProbeLimits, ProbeProtocol, Seen, Target, TlsSeen
from pki.probe.wire import Wire

DEFAULT_LIMITS = ProbeLimits()


def look_at(
    target: Target,
    *,
    limits: ProbeLimits = DEFAULT_LIMITS,
    allow: AllowList = (),
    resolver: Resolver = system_resolver,
    connect: Connect = connect_to,
) -> Seen:
    """What the service presents, at the first of its addresses that takes a connection.

    Public addresses are open at every port: what is sent is the beginning of a handshake and
    nothing that anybody chose. `allow` opens what is not public (see `pki.address_guard`).

    Raises `ProbeRefused` (the guard's reasons) and `ProbeFailed` with `why`: `not_resolved`, `time`,
    `connect_time`, `unreachable`, `refused`, `connection_lost`, `closed_early`, `endless`,
    `too_much`, and those of `look_at_tls`, `begin_tls` and `look_at_ssh`. Data: `host`, `address`,
    `port`, `stage` and details.
    """
    door = Door(
        deadline=time.monotonic() + limits.seconds,
        allow=allow,
        # Who describes a service names its port; inside, a rule opens it.
        public_ports=None,
        connect_seconds=limits.connect_seconds,
        resolver=resolver,
        connect=connect,
    )
    address, wire = _first(door, target, limits)
    if target.protocol is ProbeProtocol.SFTP:
        return Seen(address=address.address, ssh=look_at_ssh(_Again(door, address, limits, wire)))
    try:
        return Seen(address=address.address, tls=_tls(wire, target))
    finally:
        wire.close()


def _tls(wire: Wire, target: Target) -> TlsSeen:
    auth = begin_tls(wire) if target.protocol is ProbeProtocol.FTPS_EXPLICIT else ""
    return look_at_tls(wire, host=target.host, auth=auth)


class _Again:
    """Wires to one address: the one that is connected already first, then fresh ones."""

    def __init__(
        self, door: Door, address: CheckedAddress, limits: ProbeLimits, first: Wire
    ) -> None:
        self._door = door
        self._address = address
        self._limits = limits
        self._first: Wire | None = first

    def __call__(self) -> Wire:
        wire, self._first = self._first, None
        return wire or _open(self._door, self._address, self._limits)


def _first(door: Door, target: Target, limits: ProbeLimits) -> tuple[CheckedAddress, Wire]:
    fault: ProbeFailed | None = None
    for address in _addresses(door, target):
        try:
            return address, _open(door, address, limits)
        except ProbeFailed as error:
            fault = error
            if error.data["why"] == "time":
                break
    raise fault or _failed(target, "not_resolved")


def _addresses(door: Door, target: Target) -> tuple[CheckedAddress, ...]:
    try:
        return door.addresses(target.host, target.port)
    except AddressRefused as error:
        raise ProbeRefused(**{**error.data, "port": target.port}) from error
    except NotConnected as error:
        raise _failed(target, "time") from error
    except NameNotResolved as error:
        why = "time" if error.data["why"] == "time" else "not_resolved"
        raise _failed(target, why, reason=str(error.data["why"])) from error


def _open(door: Door, address: CheckedAddress, limits: ProbeLimits) -> Wire:
    try:
        connection = door.open(address)
    except NotConnected as error:
        why = str(error.data["why"])
        number = int(error.data.get("errno", 0))
        if why == "unreachable" and number == errno.ECONNREFUSED:
            why = "refused"
        raise ProbeFailed(
            why=why,
            stage="connect",
            host=address.host,
            address=address.address,
            port=address.port,
        ) from error
    return Wire(connection, address, door, limits)


def _failed(target: Target, why: str, **data: str | int) -> ProbeFailed:
    return ProbeFailed(
        why=why, stage="resolve", host=target.host, address="", port=target.port, **data
    )
