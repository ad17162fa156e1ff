"""Who meets whom: the two sides of a connection, what each keeps, and what the other may know of it.

What one side keeps (`Own`) and what the other side is shown of it (`Shown`) are two types, and only
the first has a place for a private key: whoever writes the files of one side is given the other as
`Shown`, so that there is no way from a key to the other side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pki.certificate import CertificateFacts, parse_certificate
from pki.errors import PkiError
from pki.host_names import LONGEST_NAME, NameRefused, address, host_name, is_address
from pki.names import is_plain, visible

LONGEST_ACCOUNT = 200
MOST_ADDRESSES = 20
LARGEST_PORT = 65_535


class KitRefused(PkiError):
    """No kit can be made of this. Data: `why`, `value`.

    `why` is `address_missing`, `address_malformed`, `address_twice`, `addresses_too_many`,
    `wildcard`, `port`, `account_missing`, `account_too_long`, `account_characters`, `chain_empty`
    or `one_key`.
    """

    code = "kit.refused"


class Side(StrEnum):
    """Which of the two."""

    SERVER = "server"
    CLIENT = "client"

    @property
    def other(self) -> Side:
        """The one at the other end."""
        return Side.CLIENT if self is Side.SERVER else Side.SERVER


class Protocol(StrEnum):
    """What is spoken inside TLS, and how TLS begins."""

    HTTPS = "https"
    FTPS_EXPLICIT = "ftps_explicit"
    FTPS_IMPLICIT = "ftps_implicit"
    TLS = "tls"

    @property
    def is_ftps(self) -> bool:
        """Whether files go by FTP."""
        return self in (Protocol.FTPS_EXPLICIT, Protocol.FTPS_IMPLICIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """Where client and server meet: addresses as a certificate holds them, never with the port.

    `account` is the name under which the client logs in, compared byte for byte; `made_at` the
    moment at which the files are written. Raises `KitRefused`.
    """

    protocol: Protocol
    addresses: tuple[str, ...]
    port: int
    account: str
    made_at: datetime

    def __post_init__(self) -> None:
        if not self.addresses:
            raise KitRefused(why="address_missing", value="")
        if len(self.addresses) > MOST_ADDRESSES:
            raise KitRefused(why="addresses_too_many", value=len(self.addresses))
        for one in self.addresses:
            if written_address(one) != one:
                raise KitRefused(why="address_malformed", value=visible(one)[:LONGEST_NAME])
        if len(set(self.addresses)) != len(self.addresses):
            raise KitRefused(why="address_twice", value="")
        if not 1 <= self.port <= LARGEST_PORT:
            raise KitRefused(why="port", value=self.port)
        check_account(self.account)

    @property
    def address(self) -> str:
        """The first address, which examples name."""
        return self.addresses[0]

    @property
    def netloc(self) -> str:
        """First address and port as a URL has them (RFC 3986, section 3.2.2)."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


def written_address(text: str) -> str:
    """A host name or an IP address as a certificate holds it. Raises `KitRefused`."""
    try:
        written = address(text) if is_address(text) else host_name(text)
    except NameRefused as error:
        value = visible(text)[:LONGEST_NAME]
        raise KitRefused(why="address_malformed", value=value) from error
    if "*" in written:
        raise KitRefused(why="wildcard", value=written)
    return written


def check_account(name: str) -> None:
    """Raise `KitRefused` for a name that cannot be a common name or would break a line."""
    if not name.strip():
        raise KitRefused(why="account_missing", value="")
    if len(name) > LONGEST_ACCOUNT:
        raise KitRefused(why="account_too_long", value=len(name))
    if not is_plain(name) or name != name.strip():
        raise KitRefused(why="account_characters", value=visible(name))


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What the other side may know of a side: its certificate and the issuers above it, DER.

    `chain` is leaf first; where it is complete, the last one is self-signed. There is no key here,
    and no place for one. Raises `KitRefused` for no certificate and `pki.errors.NotDecodable`.
    """

    chain: tuple[bytes, ...]
    facts: tuple[CertificateFacts, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.chain:
            raise KitRefused(why="chain_empty", value="")
        object.__setattr__(self, "facts", tuple(parse_certificate(one) for one in self.chain))

    @property
    def leaf(self) -> CertificateFacts:
        """The side's own certificate."""
        return self.facts[0]

    @property
    def stands_alone(self) -> bool:
        """Whether the certificate is its own issuer, so that it is itself what has to be trusted."""
        return len(self.chain) == 1

    @property
    def sent(self) -> tuple[bytes, ...]:
        """What the side sends: without the root, which the other side has to have already."""
        complete = len(self.chain) > 1 and self.facts[-1].self_issued
        return self.chain[:-1] if complete else self.chain

    @property
    def accepted(self) -> tuple[bytes, ...]:
        """What the other side has to accept: the certificate itself, or the authorities above it."""
        return self.chain if self.stands_alone else self.chain[1:]

    @property
    def works_until(self) -> datetime:
        """The first end of all of them."""
        return min(one.not_after for one in self.facts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """A side with what it alone may have: its key as the file says it (PEM), and whether encrypted.

    `key_pem` None means that the key is elsewhere: the side itself made it.
    """

    shown: Shown
    key_pem: bytes | None = field(default=None, repr=False)
    encrypted: bool = True
