"""What an administrator opens for fetching CRLs and for probes, as the environment writes it.

Entries are separated by commas or spaces. Each is a host (`crl.example.internal`, `*.example.internal`),
a network (`10.20.0.0/16`, `[fd00::]/8`), or a host within a network (`crl.example@10.20.0.0/16`),
followed by ports where they are not the usual ones (80 and 443 for CRLs; 21, 22, 443 and 990 for
probes): `:8080`, `:80+8080` or `:8000-8099`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from django.core.exceptions import ImproperlyConfigured

from pki.address_guard import WEB_PORTS, AllowRule
from pki.errors import BadAllowRule

_ENTRY = re.compile(
    r"(?:(?P<host>[A-Za-z0-9*._-]+?)(?:@|(?=:|$)))?"
    r"(?P<network>\[[0-9A-Fa-f:.]+\](?:/[0-9]+)?|[0-9.]+/[0-9]+)?"
    r"(?::(?P<ports>[0-9]{1,5}(?:-[0-9]{1,5})?(?:\+[0-9]{1,5}(?:-[0-9]{1,5})?)*))?"
)

_ADDRESS = re.compile(r"[0-9]+(?:\.[0-9]+){3}")


PROBE_PORTS = frozenset((21, 22, 443, 990))


def read_allow_list(
    variable: str, entries: Iterable[str], *, ports: Collection[int] = WEB_PORTS
) -> tuple[AllowRule, ...]:
    """The rules of `pki.address_guard`; one that cannot be read stops the start, naming it.

    `ports` are opened by an entry that names none.
    """
    words = [word for entry in entries for word in entry.split()]
    return tuple(_rule(variable, word, frozenset(ports)) for word in words)


def _rule(variable: str, word: str, usual: frozenset[int]) -> AllowRule:
    found = _ENTRY.fullmatch(word)
    try:
        if found is None:
            raise BadAllowRule(why="unreadable", value=word)
        host, ports = found["host"] or "", found["ports"]
        network = re.sub(r"[\[\]]", "", found["network"] or "")
        if not network and _ADDRESS.fullmatch(host):
            host, network = "", host
        return AllowRule(
            host=host,
            network=network,
            ports=_ports(ports) if ports else usual,
        )
    except BadAllowRule as error:
        raise ImproperlyConfigured(
            f"{variable}: {word!r} is no rule ({error.data['why']}). Write a host, a network or "
            f"both, with ports where they are not {_said(usual)}: server.example.internal, "
            "10.20.0.0/16:8080, server.example@10.20.0.0/16."
        ) from error


def _ports(text: str) -> frozenset[int]:
    ports: set[int] = set()
    for part in text.split("+"):
        first, _, last = part.partition("-")
        ports.update(range(int(first), int(last or first) + 1))
    return frozenset(ports)


def _said(ports: Collection[int]) -> str:
    *first, last = map(str, sorted(ports))
    return f"{', '.join(first)} and {last}" if first else last
