from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from truststores.models import StoreCrl
from truststores.services.add_crls import keep_considered, make_due_under
from truststores.services.revise_store import revise_store


def remove_crl(
    *,
    actor: User | None,
    store_id: int,
    store_crl_id: int,
    revision: int | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> None:
    """Let a CRL no longer count in a store; it stays in the inventory."""
    with revise_store(
        store_id=store_id,
        action="trust_store.crl_removed",
        actor=actor,
        revision=revision,
        request=request,
        moment=moment,
    ) as change:
        held = StoreCrl.objects.select_related("crl").get(pk=store_crl_id, trust_store=change.store)
        change.data.update(name=held.crl.issuer[:200], sha256=held.crl.sha256)
        held.delete()
        keep_considered(store=change.store, crl_ids=[held.crl_id])
        make_due_under(store=change.store, crls=[held.crl], moment=change.moment)
