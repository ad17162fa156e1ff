"""A connection outwards: a host is resolved and judged once, and the connection goes to what was judged.

What every errand into the network shares: the guard's judgement of each address, one deadline for
names and connections together, and the proof that the socket leads to the judged address.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import ip_address

from pki.address_guard import (
    AllowList,
    CheckedAddress,
    Resolver,
    checked_addresses,
    system_resolver,
)
from pki.errors import NotConnected

Connect = Callable[[CheckedAddress, float], socket.socket]


def connect_to(address: CheckedAddress, seconds: float) -> socket.socket:
    """A connected TCP socket to exactly this address."""
    connection = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((address.address, address.port))
    except OSError:
        connection.close()
        raise
    return connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """The way out of one errand: what is open, until when, and how it resolves and connects.

    `deadline` is a moment of `time.monotonic`; `public_ports` are open at public addresses without
    a rule (None: all). `resolver` and `connect` are what tests replace; whatever `connect` gives
    must be connected to the checked address.
    """

    deadline: float
    allow: AllowList = ()
    public_ports: Collection[int] | None
    connect_seconds: float = 10.0
    resolver: Resolver = system_resolver
    connect: Connect = connect_to

    def remaining(self, address: str = "") -> float:
        """Seconds until the deadline. Raises `NotConnected` (`time`) when it has passed."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise NotConnected(why="time", address=address)
        return left

    def addresses(self, host: str, port: int) -> tuple[CheckedAddress, ...]:
        """Every address of a host, judged. Raises `AddressRefused`, `NameNotResolved`, `NotConnected`."""
        return checked_addresses(
            host,
            port,
            self.allow,
            public_ports=self.public_ports,
            resolver=self.resolver,
            seconds=self.remaining(),
        )

    def open(self, address: CheckedAddress) -> socket.socket:
        """A socket that is connected to this address and to no other.

        Raises `NotConnected` with `why`: `time` (the deadline), `connect_time`, `unreachable` (with
        `errno`), `wrong_peer`.
        """
        seconds = min(self.connect_seconds, self.remaining(address.address))
        try:
            connection = self.connect(address, seconds)
        except OSError as error:
            self.remaining(address.address)
            why = "connect_time" if isinstance(error, TimeoutError) else "unreachable"
            raise NotConnected(why=why, address=address.address, errno=error.errno or 0) from error
        if not _is_connected_to(connection, address):
            connection.close()
            raise NotConnected(why="wrong_peer", address=address.address)
        return connection


def _is_connected_to(connection: socket.socket, address: CheckedAddress) -> bool:
    try:
        peer = connection.getpeername()
    except OSError:
        return False
    if not isinstance(peer, tuple) or len(peer) < 2:
        return False
    return bool(ip_address(peer[0]) == ip_address(address.address) and peer[1] == address.port)
