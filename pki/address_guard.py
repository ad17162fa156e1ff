"""Which addresses the console may connect to: the guard in front of every connection outwards.

A URL in a certificate is chosen by its author, and a name resolves to what its owner wants. So a
host is resolved once, every address it has is judged, and the caller connects to exactly those that
come back from here; nothing resolves the name a second time.

Public addresses are open. Everything else is closed until an administrator opens it by an
`AllowRule`; a few kinds of address (link-local with the metadata services of clouds, multicast,
mapped ones) no rule opens. The special-purpose registries of IANA (RFC 6890) are the source of the
table; it stands here in full because `ipaddress.is_global` differs between releases of Python and
is true for some addresses that lead inside (64:ff9b::7f00:1 is 127.0.0.1 behind a NAT64).
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from pki.errors import AddressRefused, BadAllowRule, NameNotResolved

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

WEB_PORTS = frozenset((80, 443))
MOST_ADDRESSES = 32
_LONGEST_NAME = 253
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\Z")
# A last label that is a number makes the whole host an IPv4 address to inet_aton and to browsers
# (WHATWG URL, "ends in a number"): 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1.
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?\Z")

# Networks that are not the public Internet, the narrower before the wider, each with its kind.
_SPECIAL: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "unspecified"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link_local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved"),
    ("192.0.2.0/24", "reserved"),
    ("192.88.99.0/24", "reserved"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "reserved"),
    ("198.51.100.0/24", "reserved"),
    ("203.0.113.0/24", "reserved"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "mapped"),
    ("::ffff:0:0:0/96", "mapped"),
    ("64:ff9b::/96", "translated"),
    ("64:ff9b:1::/48", "translated_local"),
    ("2001::/32", "translated"),
    ("2001::/23", "reserved"),
    ("2001:db8::/32", "reserved"),
    ("2002::/16", "translated"),
    ("3fff::/20", "reserved"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link_local"),
    ("fec0::/10", "private"),
    ("ff00::/8", "multicast"),
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")

# What a rule opens that names a host only, and what no rule opens at all.
_OPENED_BY_HOST = frozenset(("private", "shared"))
_NEVER = frozenset(("unspecified", "multicast", "broadcast", "link_local", "mapped"))

_MOST_LOOKUPS = 16
_lookups = threading.BoundedSemaphore(_MOST_LOOKUPS)


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowRule:
    """What an administrator opens: a host, a network, or a host within a network, at some ports.

    `host` is a DNS name (`*.` in front: any name below it) or empty; `network` is in CIDR notation
    or empty; at least one is given. A rule without a network opens private and shared addresses
    only: whoever controls a name must not reach loopback by it. `ports` are the ports opened.
    Raises `BadAllowRule` when it is made of something else.
    """

    host: str = ""
    network: str = ""
    ports: frozenset[int] = WEB_PORTS

    def __post_init__(self) -> None:
        if not self.host and not self.network:
            raise BadAllowRule(why="empty", value="")
        if self.host and not _NAME.match(self.host.removeprefix("*.").lower()):
            raise BadAllowRule(why="bad_host", value=self.host[:_LONGEST_NAME])
        if self.network:
            try:
                _network(self.network)
            except ValueError as error:
                raise BadAllowRule(why="bad_network", value=self.network[:64]) from error
        if not self.ports or not all(0 < port < 65536 for port in self.ports):
            raise BadAllowRule(why="bad_port", value=str(sorted(self.ports))[:64])

    def opens(self, host: str, address: Address, port: int) -> bool:
        """Whether this rule opens the way to this address of this host at this port."""
        if port not in self.ports or not self._names(host):
            return False
        kind = kind_of(address)
        if kind in _NEVER:
            return False
        if not self.network:
            return kind == "public" or kind in _OPENED_BY_HOST
        network = _network(self.network)
        return address.version == network.version and address in network

    def _names(self, host: str) -> bool:
        if not self.host:
            return True
        wanted = self.host.lower()
        return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted


AllowList = Sequence[AllowRule]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedAddress:
    """An address of a host that was judged and may be connected to."""

    host: str
    address: str
    port: int

    @property
    def family(self) -> socket.AddressFamily:
        """The family of a socket that connects to it."""
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET


@cache
def _network(text: str) -> Network:
    return ipaddress.ip_network(text)


@cache
def _special() -> tuple[tuple[Network, str], ...]:
    return tuple((ipaddress.ip_network(text), kind) for text, kind in _SPECIAL)


def kind_of(address: Address) -> str:
    """`public`, or what else an address is (`private`, `loopback`, `link_local`, `translated`, ...)."""
    for network, kind in _special():
        if address.version == network.version and address in network:
            return kind
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "reserved"
    return "public" if address.is_global else "reserved"


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that a NAT64, 6to4 or Teredo address leads to; None for all others."""
    if isinstance(address, IPv4Address):
        return None
    if address in IPv6Network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    return address.teredo[1] if address.teredo is not None else None


def read_host(text: str) -> str | Address:
    """A host as URLs and forms hold it: a lower-case DNS name, or an address.

    IPv6 addresses may stand in brackets. Raises `AddressRefused` with `why`: `bad_host` or, for a
    number that only some readers take as an address, `ambiguous_address`.
    """
    shown = text[:_LONGEST_NAME]
    bracketed = text.startswith("[") and text.endswith("]")
    bare = text[1:-1] if bracketed else text
    if bracketed or ":" in bare:
        try:
            address = IPv6Address(bare)
        except ValueError as error:
            raise AddressRefused(why="bad_host", host=shown, address="", port=0) from error
        if address.scope_id is not None:
            raise AddressRefused(why="bad_host", host=shown, address="", port=0)
        return address
    # Lower case only after the question for ASCII: the Kelvin sign becomes a plain k.
    name = bare.lower() if bare.isascii() else ""
    if _ENDS_IN_NUMBER.search(name):
        try:
            return IPv4Address(name)
        except ValueError as error:
            raise AddressRefused(why="ambiguous_address", host=shown, address="", port=0) from error
    name = name.removesuffix(".")
    if len(name) > _LONGEST_NAME or not _NAME.match(name):
        raise AddressRefused(why="bad_host", host=shown, address="", port=0)
    return name


def system_resolver(host: str, port: int) -> tuple[str, ...]:
    """The addresses that the system's resolver has for a name, in its order."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameNotResolved(host=host, why="not_found") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_addresses(
    host: str,
    port: int,
    allow: AllowList = (),
    *,
    public_ports: Collection[int] | None = WEB_PORTS,
    resolver: Resolver = system_resolver,
    seconds: float = 15.0,
) -> tuple[CheckedAddress, ...]:
    """Every address of a host, each judged; connect to these and to no others.

    `public_ports` are open at public addresses without a rule (None: all of them). One address
    that is closed closes the host: an answer that mixes public and private addresses is how a name
    is rebound. A name that has not resolved after `seconds` has failed.
    Raises `AddressRefused` with `why`: `bad_host`, `ambiguous_address`, `port`, or the kind of the
    address (`private`, `loopback`, ...); `NameNotResolved` with `why`: `not_found`, `time`, `busy`,
    `no_address`, `too_many_addresses`.
    """
    target = read_host(host)
    name = str(target)
    # An address is not asked of anybody; a name is, once.
    texts = _resolve(name, port, resolver, seconds) if target == name else (name,)
    if not texts:
        raise NameNotResolved(host=name, why="no_address")
    if len(texts) > MOST_ADDRESSES:
        raise NameNotResolved(host=name, why="too_many_addresses")
    return tuple(_judge(name, text, port, allow, public_ports) for text in texts)


def _judge(
    host: str, text: str, port: int, allow: AllowList, public_ports: Collection[int] | None
) -> CheckedAddress:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise AddressRefused(why="bad_address", host=host, address=text[:64], port=port) from error
    why = _objection(host, address, port, allow, public_ports)
    if why:
        raise AddressRefused(why=why, host=host, address=str(address), port=port)
    return CheckedAddress(host=host, address=str(address), port=port)


def _objection(
    host: str,
    address: Address,
    port: int,
    allow: AllowList,
    public_ports: Collection[int] | None,
) -> str:
    """Why an address is closed; empty where it is open."""
    kind = kind_of(address)
    if kind == "public" and (public_ports is None or port in public_ports):
        return ""
    if not any(rule.opens(host, address, port) for rule in allow):
        return "port" if kind == "public" else kind
    inner = embedded(address)
    # Opening a NAT64 prefix must not open what lies behind it.
    return _objection(host, inner, port, allow, public_ports) if inner is not None else ""


def _resolve(host: str, port: int, resolver: Resolver, seconds: float) -> tuple[str, ...]:
    """Ask the resolver in a thread of its own, because getaddrinfo knows no time-out.

    A look-up that hangs keeps its thread until the system gives up; no more than a few may.
    """
    deadline = time.monotonic() + seconds
    if not _lookups.acquire(timeout=max(0.0, seconds)):
        raise NameNotResolved(host=host, why="busy")
    found: list[Sequence[str]] = []
    faults: list[NameNotResolved] = []

    def look_up() -> None:
        try:
            found.append(resolver(host, port))
        except NameNotResolved as error:
            faults.append(error)
        finally:
            _lookups.release()

    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if faults:
        raise faults[0]
    if not found:
        raise NameNotResolved(host=host, why="time")
    return tuple(dict.fromkeys(found[0]))


def special_networks() -> Iterator[tuple[Network, str]]:
    """The table of networks that are not public, with their kinds, for pages and tests."""
    yield from _special()
