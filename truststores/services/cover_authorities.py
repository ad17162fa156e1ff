from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from certificates.models import Certificate
from pki.crl_acceptance.coverage import AuthorityCoverage, Coverage, MatrixCrl, crl_matrix
from truststores.inputs import ders_of
from truststores.models import StoreCrl, StoreMember, TrustStore
from truststores.services.find_authorities import StoreAuthority
from truststores.services.offer_sources import FoundPoint

_MOST_KEPT = 16
_kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
_turn = Lock()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """A matrix and how long it says the same: until a CRL comes into force or goes out of it."""

    matrix: tuple[AuthorityCoverage, ...]
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CoveredAuthority:
    """A CA of a store with the CRLs that speak for it, and what they cover together."""

    authority: StoreAuthority
    crls: tuple[tuple[StoreCrl, MatrixCrl], ...]
    user: Coverage
    ca: Coverage


def cover_authorities(
    *,
    store: TrustStore,
    authorities: Sequence[StoreAuthority],
    points: Sequence[FoundPoint],
    moment: datetime,
) -> list[CoveredAuthority]:
    """The matrix of a store: which CRLs speak for each of its CAs, and what they cover.

    Every signature in it was verified. As long as neither CAs nor CRLs change it is kept in the
    process, because a CRL of 100,000 entries is hashed for it.
    """
    held = {
        one.crl.sha256: one
        for one in StoreCrl.objects.filter(trust_store=store).select_related("crl").order_by("pk")
    }
    rows = {one.certificate.sha256: one for one in authorities}
    delegates: dict[str, set[str]] = {}
    for found in points:
        named = {issuer.sha256 for issuer in found.point.crl_issuers}
        if named:
            delegates.setdefault(found.authority.sha256, set()).update(named)
    matrix = _matrix(
        store,
        [one.certificate for one in authorities],
        list(held.values()),
        {sha256: frozenset(names) for sha256, names in delegates.items()},
        moment,
    )
    return [
        CoveredAuthority(
            authority=rows[line.sha256],
            crls=tuple((held[crl.sha256], crl) for crl in line.crls if crl.sha256 in held),
            user=line.user,
            ca=line.ca,
        )
        for line in matrix
    ]


def _matrix(
    store: TrustStore,
    authorities: Sequence[Certificate],
    held: Sequence[StoreCrl],
    delegates: dict[str, frozenset[str]],
    moment: datetime,
) -> tuple[AuthorityCoverage, ...]:
    ids = {one.pk for one in authorities}
    others = list(
        StoreMember.objects.filter(trust_store=store)
        .exclude(certificate__in=ids)
        .values_list("certificate", flat=True)[:200]
    )
    key = (
        tuple(one.sha256 for one in authorities),
        frozenset(one.crl.sha256 for one in held),
        frozenset(others),
        frozenset(delegates.items()),
    )
    with _turn:
        kept = _kept.get(key)
    if kept is not None and kept.since <= moment and (kept.until is None or moment < kept.until):
        return kept.matrix
    ders = ders_of(sorted(ids | set(others)))
    crl_ders = dict(
        StoreCrl.objects.filter(pk__in=[one.pk for one in held]).values_list(
            "crl_id", "crl__encoded__der"
        )
    )
    matrix = crl_matrix(
        [ders[one.pk] for one in authorities if one.pk in ders],
        [bytes(der) for der in crl_ders.values()],
        moment=moment,
        signers=[ders[pk] for pk in others if pk in ders],
        delegates=delegates,
    )
    bounds = [bound for one in held for bound in (one.crl.this_update, one.crl.next_update)]
    until = min((bound for bound in bounds if bound is not None and bound > moment), default=None)
    with _turn:
        _kept[key] = _Kept(matrix=matrix, since=moment, until=until)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return matrix
