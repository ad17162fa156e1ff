from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest

from certificates.models import Crl
from truststores.models import ConsideredCrl, CrlSource, StoreCrl, TrustStore, ValidationReport
from truststores.services.follow_names import follow_names
from truststores.services.next_fetch import renewal_of
from truststores.services.revise_store import revise_store


def add_crls(
    *,
    actor: User | None,
    store_id: int,
    crl_ids: Collection[int],
    revision: int | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> int:
    """Let CRLs of the inventory count in a store; gives how many did not count before."""
    with revise_store(
        store_id=store_id,
        action="trust_store.crls_added",
        actor=actor,
        revision=revision,
        request=request,
        moment=moment,
    ) as change:
        new = list(Crl.objects.filter(pk__in=crl_ids).exclude(store_crls__trust_store=change.store))
        put_into_store(store=change.store, crls=new, moment=change.moment)
        change.data["count"] = len(new)
        change.data["crls"] = [crl.sha256 for crl in new]
    return len(new)


def put_into_store(*, store: TrustStore, crls: Collection[Crl], moment: datetime) -> None:
    """Make these CRLs count; the caller holds the store."""
    StoreCrl.objects.bulk_create(
        [StoreCrl(trust_store=store, crl=crl) for crl in crls], ignore_conflicts=True
    )
    keep_considered(store=store, crl_ids=[crl.pk for crl in crls])
    _ask_in_time(store, crls)
    make_due_under(store=store, crls=crls, moment=moment)


def _ask_in_time(store: TrustStore, crls: Collection[Crl]) -> None:
    """Let the sources of their issuers be asked before these come to their nextUpdate.

    A CRL that came on another way may end sooner than the one that a source gave last.
    """
    for crl in crls:
        wanted = renewal_of(crl)
        if wanted is None:
            continue
        later = CrlSource.objects.filter(trust_store=store, every=None, next_at__gt=wanted)
        of_issuer = Q(issuer_sha256=crl.issuer_sha256) | Q(
            last_crl__issuer_sha256=crl.issuer_sha256
        )
        later.filter(of_issuer).update(next_at=wanted)


def keep_considered(*, store: TrustStore, crl_ids: Iterable[int]) -> None:
    """Remember that the store has decided about these CRLs."""
    ConsideredCrl.objects.bulk_create(
        [ConsideredCrl(trust_store=store, crl_id=crl_id) for crl_id in crl_ids],
        ignore_conflicts=True,
    )


def make_due_under(*, store: TrustStore, crls: Collection[Crl], moment: datetime) -> None:
    """Make due the reports that may use these CRLs.

    A CRL speaks of what its issuer issued (RFC 5280, section 5); an indirect one of anybody's.
    """
    in_store = ValidationReport.objects.filter(trust_store=store)
    if any("indirect" in crl.scope for crl in crls):
        in_store.become_due(moment)
        return
    below = follow_names(names={crl.issuer_sha256 for crl in crls})
    for reports in in_store.resting_on(below):
        reports.become_due(moment)
