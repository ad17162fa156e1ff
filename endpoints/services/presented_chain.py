from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from certificates.models import Certificate
from certificates.services.build_chain import build_chain
from certificates.services.find_issuers import IssuerGraph, find_issuers
from endpoints.models import ChainSource, Service


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentedChain:
    """What a service sends in a handshake: its own certificate first, then the others in order.

    `complete` says that whoever has only roots gets from the first to one of them by what is sent:
    the last step may be a root of the inventory that is not sent.
    """

    certificates: tuple[Certificate, ...]
    ders: tuple[bytes, ...]
    complete: bool


def presented_chain(
    service: Service, *, moment: datetime, graph: IssuerGraph | None = None
) -> PresentedChain:
    """What the service would send, by its `chain_source`; nothing without a certificate.

    `graph` is what `find_issuers` found for its certificate, where the caller has it.
    """
    leaf = service.certificate
    if leaf is None:
        return PresentedChain(certificates=(), ders=(), complete=False)
    graph = graph or find_issuers(leaf)
    if service.chain_source == ChainSource.BUILT:
        return built_chain(leaf, graph, moment)
    given = service.chain.select_related("certificate__encoded").order_by("position")
    sent = [one.certificate for one in given] if service.chain_source == ChainSource.GIVEN else []
    return PresentedChain(
        certificates=(leaf, *sent),
        ders=(graph.ders[leaf.pk], *(bytes(one.encoded.der) for one in sent)),
        complete=_leads_to_root(leaf, {one.pk for one in sent}, graph, frozenset()),
    )


def built_chain(leaf: Certificate, graph: IssuerGraph, moment: datetime) -> PresentedChain:
    """A certificate with its issuers from the inventory, without the root."""
    chain = build_chain(leaf, moment=moment, graph=graph)
    # Clients have the root; a self-signed certificate that stands alone is what is presented.
    upto = -1 if chain.complete and len(chain.certificates) > 1 else None
    return PresentedChain(
        certificates=chain.certificates[:upto], ders=chain.ders[:upto], complete=chain.complete
    )


def _leads_to_root(
    one: Certificate, sent: Collection[int], graph: IssuerGraph, below: frozenset[int]
) -> bool:
    """Whether a way of verified signatures goes up to a root, over nothing but what is sent."""
    if graph.is_self_signed(one):
        return True
    issuers = [issuer.certificate for issuer in graph.issuers_of(one) if issuer.verified]
    return any(graph.is_self_signed(issuer) for issuer in issuers) or any(
        _leads_to_root(issuer, sent, graph, below | {one.pk})
        for issuer in issuers
        if issuer.pk in sent and issuer.pk not in below
    )
