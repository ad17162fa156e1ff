from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from certificates.models import Certificate
from pki.distribution import DistributionPoint, PointName, distribution_points
from pki.errors import NotDecodable
from truststores.inputs import ders_of
from truststores.models import CrlSource, TrustStore
from truststores.services.find_authorities import StoreAuthority

# Of the certificates of a CA the newest are asked: they name the points that are in use.
_ASKED_PER_CA = 100
_POINTS_PER_CA = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPoint:
    """A distribution point and a certificate that names it."""

    authority: Certificate
    certificate_id: int
    point: DistributionPoint


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceOffer:
    """An address found in certificates. `why` says why it is never asked, empty where it may be.

    `issuer_id` is the CA whose CRL should be there, None where the point names another issuer.
    """

    url: str
    why: str
    authority: Certificate
    issuer_id: int | None
    certificate_id: int
    delta: bool
    points: tuple[PointName, ...]


def find_points(authorities: Sequence[StoreAuthority]) -> list[FoundPoint]:
    """The distribution points that the newest certificates of these CAs name, each kind once."""
    found: list[FoundPoint] = []
    for one in authorities:
        authority = one.certificate
        examples: dict[str, int] = {}
        named = Certificate.objects.filter(issuer_sha256=authority.subject_sha256).order_by("-pk")
        for pk, urls in named.values_list("pk", "crl_urls")[:_ASKED_PER_CA]:
            examples.setdefault("\n".join(urls), pk)
        ders = ders_of(sorted(examples.values())[-_POINTS_PER_CA:])
        for pk, der in ders.items():
            found += [
                FoundPoint(authority=authority, certificate_id=pk, point=point)
                for point in _points(der)
            ]
    return found


def _points(der: bytes) -> tuple[DistributionPoint, ...]:
    try:
        return distribution_points(der)
    except NotDecodable:
        return ()  # A finding of the certificate says so.


def offer_sources(*, store: TrustStore, points: Iterable[FoundPoint]) -> list[SourceOffer]:
    """The addresses of these points that the store does not ask yet."""
    asked = set(CrlSource.objects.filter(trust_store=store).values_list("url", flat=True))
    offers: dict[str, SourceOffer] = {}
    for found in points:
        for url in found.point.urls:
            if url.url in asked or url.url in offers:
                continue
            offers[url.url] = SourceOffer(
                url=url.url,
                why=url.why,
                authority=found.authority,
                issuer_id=None if found.point.crl_issuers else found.authority.pk,
                certificate_id=found.certificate_id,
                delta=found.point.delta,
                points=found.point.names,
            )
    return list(offers.values())
