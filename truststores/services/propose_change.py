from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from jobs.dependants import count_dependants
from jobs.services.request_job import request_job
from truststores.errors import StoreChanged, StoreChangeRefused
from truststores.models import StoreCrl, StoreMember, StoreProposal, TrustStore
from truststores.proposals import StoreChange, change_to_json
from truststores.services.preview_change import count_touched, preview_change
from truststores.specs import NewMember

# More than a second of waiting is for a worker.
AT_ONCE = 500
KEPT = timedelta(days=7)


def propose_change(
    *, actor: User | None, store_id: int, change: StoreChange, revision: int | None = None
) -> StoreProposal:
    """Keep a change that somebody wants, and find out what it would do; nothing is changed by it.

    Small ones are worked out at once, others by a job. Raises `StoreChanged` when the store is no
    longer at the revision that the person saw, and `StoreChangeRefused` when there is nothing to
    change.
    """
    moment = timezone.now()
    StoreProposal.objects.filter(created_at__lt=moment - KEPT).delete()
    store = TrustStore.objects.get(pk=store_id)
    if revision is not None and store.revision != revision:
        raise StoreChanged
    wanted = _without_what_is_so(store, change)
    if wanted.is_empty:
        raise StoreChangeRefused("change.nothing")
    touched = count_touched(store=store, change=wanted, most=AT_ONCE)
    touched += count_dependants("trust_store", store)
    proposal = StoreProposal(
        trust_store=store,
        revision=store.revision,
        change=change_to_json(wanted),
        actor=actor,
        created_at=moment,
    )
    if touched <= AT_ONCE:
        proposal.outcome = preview_change(store=store, change=wanted, moment=moment)
        proposal.save()
        return proposal
    with transaction.atomic():
        proposal.save()
        proposal.job = request_job(
            kind="preview", actor=actor, params={"proposal": proposal.pk}, title=f"Preview: {store}"
        )
        proposal.save(update_fields=["job"])
    return proposal


def _without_what_is_so(store: TrustStore, change: StoreChange) -> StoreChange:
    members = dict(
        StoreMember.objects.filter(trust_store=store).values_list("certificate_id", "role")
    )
    crls = set(StoreCrl.objects.filter(trust_store=store).values_list("crl_id", flat=True))

    def is_so(one: NewMember) -> bool:
        return one.certificate_id in members and one.role in (None, members[one.certificate_id])

    return StoreChange(
        additions=tuple(one for one in change.additions if not is_so(one)),
        removals=tuple(pk for pk in change.removals if pk in members),
        crls_added=tuple(pk for pk in change.crls_added if pk not in crls),
        crls_dropped=tuple(pk for pk in change.crls_dropped if pk in crls),
        spec=change.spec,
    )
