from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from certificates.models import Certificate
from certificates.services.find_issuers import DEEPEST, IssuerGraph, find_issuers

# Enough for every way through a web of cross-certificates that people have; a bound on the others.
_MOST_STEPS = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """A certificate and its issuers, leaf first.

    `complete` says that the last one is self-signed. Otherwise the issuer of the last one is not in
    the inventory (or none whose key made its signature).
    """

    certificates: tuple[Certificate, ...]
    ders: tuple[bytes, ...]
    complete: bool

    @property
    def last(self) -> Certificate:
        return self.certificates[-1]


def build_chain(
    certificate: Certificate, *, moment: datetime, graph: IssuerGraph | None = None
) -> Chain:
    """The chain that the inventory has for a certificate, every signature in it verified.

    A chain to a root goes before one that ends earlier; one of certificates that are valid at
    `moment` before others; of two issuers the one that is valid longer. All ways are tried, because
    the first issuer that fits may be the one that leads nowhere.
    """
    graph = graph or find_issuers(certificate)
    best: tuple[Certificate, ...] = (certificate,)
    for only_valid in (True, False):
        steps = iter(range(_MOST_STEPS))
        for path in _paths(graph, (certificate,), moment, only_valid, steps):
            if graph.is_self_signed(path[-1]):
                return _chain(path, graph, complete=True)
            if len(path) > len(best):
                best = path
    return _chain(best, graph, complete=graph.is_self_signed(best[-1]))


def _paths(
    graph: IssuerGraph,
    path: tuple[Certificate, ...],
    moment: datetime,
    only_valid: bool,
    steps: Iterator[int],
) -> Iterator[tuple[Certificate, ...]]:
    """Every way up from the end of a path that cannot be made longer, the best issuers first."""
    if next(steps, None) is None:
        return
    issuers = [
        issuer.certificate
        for issuer in graph.issuers_of(path[-1])
        if issuer.verified
        and issuer.certificate not in path
        and (not only_valid or _is_valid(issuer.certificate, moment))
    ]
    if not issuers or len(path) > DEEPEST or graph.is_self_signed(path[-1]):
        yield path
        return
    issuers.sort(key=lambda one: (_is_valid(one, moment), one.not_after, one.pk), reverse=True)
    for issuer in issuers:
        yield from _paths(graph, (*path, issuer), moment, only_valid, steps)


def _is_valid(certificate: Certificate, moment: datetime) -> bool:
    return certificate.not_before <= moment <= certificate.not_after


def _chain(path: tuple[Certificate, ...], graph: IssuerGraph, *, complete: bool) -> Chain:
    return Chain(
        certificates=path,
        ders=tuple(graph.ders[certificate.pk] for certificate in path),
        complete=complete,
    )
