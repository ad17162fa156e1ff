"""Host names and addresses that a certificate is asked for, as OpenSSL is given them."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from pki.errors import BadVerifyParameter

_A_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)


def host_name(host: str) -> bytes:
    """The name as A-labels, without the dot at its end.

    Raises `BadVerifyParameter` for what is not a host name: empty (OpenSSL would take it as "do not
    check"), an address, a name with a port, a wildcard.
    """
    bare = host.strip().removesuffix(".")
    if not bare:
        raise BadVerifyParameter(parameter="host", value=host, why="empty")
    try:
        encoded = bare if bare.isascii() else bare.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadVerifyParameter(parameter="host", value=host, why="not a host name") from error
    labels = encoded.split(".")
    if len(encoded) > 253 or not all(_A_LABEL.fullmatch(label) for label in labels):
        raise BadVerifyParameter(parameter="host", value=host, why="not a host name")
    if labels[-1].isdigit():
        raise BadVerifyParameter(parameter="host", value=host, why="an IP address, not a host name")
    return encoded.lower().encode("ascii")


def ip_address(address: str) -> bytes:
    """The address in its canonical text. Raises `BadVerifyParameter` for anything else."""
    try:
        value = ipaddress.ip_address(address.strip().removeprefix("[").removesuffix("]"))
    except ValueError as error:
        raise BadVerifyParameter(
            parameter="address", value=address, why="not an IP address"
        ) from error
    if isinstance(value, ipaddress.IPv6Address) and value.scope_id:
        raise BadVerifyParameter(parameter="address", value=address, why="has a zone")
    return str(value).encode("ascii")
