from __future__ import annotations

from datetime import datetime

from django.db import transaction

from certificates.models import Crl, CrlOrigin
from certificates.services.write_crls import write_crls
from pki.crl import CrlFacts
from truststores.errors import StoreChanged
from truststores.models import StoreCrl, TrustStore
from truststores.services.add_crls import make_due_under, put_into_store
from truststores.services.judge_crl import Judgement
from truststores.services.revise_store import revise_store


@transaction.atomic
def take_crl(
    *,
    store: TrustStore,
    facts: CrlFacts,
    judgement: Judgement,
    url: str,
    moment: datetime,
) -> tuple[Crl, bool]:
    """Let an accepted CRL that was fetched count in a store, in place of those that it supersedes.

    What it supersedes stays in the inventory. Gives its row, and whether anything changed: one that
    is in use already changes nothing. Raises `StoreChanged` where the CRLs that it was judged
    against are no longer those in use: it has to be judged again.
    """
    in_use = StoreCrl.objects.filter(trust_store=store, crl__sha256=facts.sha256)
    same = in_use.select_related("crl").first()
    if same is not None and not judgement.superseded:
        return same.crl, False
    with revise_store(
        store_id=store.pk, action="trust_store.crl_fetched", actor=None, moment=moment
    ) as change:
        held = StoreCrl.objects.filter(
            trust_store=change.store, crl__issuer_sha256=facts.issuer_sha256
        )
        if frozenset(held.values_list("pk", flat=True)) != judgement.considered:
            raise StoreChanged
        _, ids = write_crls([facts], origin=CrlOrigin.FETCHED)
        crl = Crl.objects.get(pk=ids[facts.sha256])
        gone = [
            one.crl
            for one in held.filter(pk__in=judgement.superseded).select_related("crl").order_by("pk")
        ]
        held.filter(pk__in=judgement.superseded).delete()
        make_due_under(store=change.store, crls=gone, moment=change.moment)
        put_into_store(store=change.store, crls=[crl], moment=change.moment)
        change.data.update(
            name=facts.issuer[:200],
            number=facts.number[:60],
            sha256=facts.sha256,
            replaced=[one.sha256 for one in gone],
            url=url,
        )
    return crl, True
