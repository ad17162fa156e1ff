from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from certificates.models import Certificate, Standing
from truststores.models import StoreCrl, TrustStore, ValidationReport

SOON = timedelta(days=30)
CRL_SOON = timedelta(days=3)
SHOWN = 5
COUNTED = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Attention:
    """What needs somebody's attention: bounded counts, and the most pressing of each kind.

    `lacking` are stores in which certificates are undetermined, because they miss a CRL that is
    fresh, beside those of `stale_crls`.
    """

    not_trusted: int
    undetermined: int
    partly: int
    unchained: int
    ending: int
    trusted: int
    broken: list[ValidationReport]
    next_ends: list[Certificate]
    stale_crls: list[StoreCrl]
    lacking: list[TrustStore]


def find_attention(*, moment: datetime) -> Attention:
    """What does not work, what will soon stop working, and which CRLs of stores grow old."""
    active = Certificate.objects.active()
    ending = active.filter(
        standing__in=(Standing.TRUSTED, Standing.PARTLY), works_until__lt=moment + SOON
    )
    crls = StoreCrl.objects.filter(crl__next_update__lt=moment + CRL_SOON)
    # As for the standing: a store for another usage counts only where there is no other.
    counting = ValidationReport.objects.filter(
        certificate=OuterRef("certificate"), chained=True, meant_for_usage=True
    )
    broken = ValidationReport.objects.filter(
        Q(meant_for_usage=True) | ~Exists(counting),
        certificate__standing=Standing.NOT_TRUSTED,
        certificate__lifecycle="active",
        chained=True,
        verdict="not_trusted",
    )
    stale = list(
        crls.select_related("crl", "trust_store").order_by("crl__next_update", "pk")[:SHOWN]
    )
    # `urgency` begins with the verdict of what counts: 1 is undetermined.
    undetermined = ValidationReport.objects.filter(trust_store=OuterRef("pk"), urgency="1")
    lacking = TrustStore.objects.exclude(pk__in={one.trust_store_id for one in stale})
    return Attention(
        not_trusted=_count(active.with_standing(Standing.NOT_TRUSTED)),
        undetermined=_count(active.with_standing(Standing.UNDETERMINED)),
        partly=_count(active.with_standing(Standing.PARTLY)),
        unchained=_count(active.with_standing(Standing.UNCHAINED)),
        ending=_count(ending),
        trusted=_count(active.with_standing(Standing.TRUSTED)),
        broken=list(
            broken.select_related("certificate", "trust_store").order_by("urgency", "pk")[:SHOWN]
        ),
        next_ends=list(ending.order_by("works_until", "pk")[:SHOWN]),
        stale_crls=stale,
        lacking=list(lacking.filter(Exists(undetermined)).order_by("name")[:SHOWN]),
    )


def _count(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:COUNTED].count()
