from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from certificates.models import Certificate, Crl
from truststores.errors import StoreChanged, StoreChangeRefused
from truststores.models import StoreCrl, StoreMember, StoreProposal, TrustStore
from truststores.proposals import StoreChange, change_from_json
from truststores.services.add_crls import add_crls
from truststores.services.add_members import add_members
from truststores.services.change_trust_store import change_trust_store
from truststores.services.remove_crl import remove_crl
from truststores.services.remove_member import remove_member
from truststores.services.take_turn import take_turn


@transaction.atomic
def save_proposal(
    *, actor: User | None, proposal_id: int, request: HttpRequest | None = None
) -> TrustStore:
    """Make a previewed change true: all of it, on the revision that was previewed, once.

    Raises `StoreChanged` when the store has changed since, and `StoreChangeRefused` when it was
    saved before, is not worked out yet, or names what was deleted meanwhile.
    """
    take_turn()
    proposal = StoreProposal.objects.select_for_update(of=("self",)).get(pk=proposal_id)
    store = TrustStore.objects.locked(proposal.trust_store_id)
    if proposal.saved_at is not None:
        raise StoreChangeRefused("proposal.saved_before")
    if store.revision != proposal.revision:
        raise StoreChanged
    if proposal.outcome is None:
        raise StoreChangeRefused("proposal.not_worked_out")
    change = change_from_json(proposal.change)
    _refuse_gone(change)
    _apply(change, store, actor, request)
    proposal.saved_at = timezone.now()
    proposal.save(update_fields=["saved_at"])
    return TrustStore.objects.get(pk=store.pk)


def _refuse_gone(change: StoreChange) -> None:
    if Certificate.objects.filter(pk__in=change.certificate_ids).count() < len(
        change.certificate_ids
    ) or Crl.objects.filter(pk__in=change.crl_ids).count() < len(change.crl_ids):
        raise StoreChangeRefused("proposal.gone")


def _apply(
    change: StoreChange, store: TrustStore, actor: User | None, request: HttpRequest | None
) -> None:
    """What joins comes first: a certificate that replaces another is there before that one goes."""
    if change.additions:
        add_members(actor=actor, store_id=store.pk, additions=change.additions, request=request)
    members = StoreMember.objects.filter(trust_store=store, certificate__in=change.removals)
    for member in members.order_by("pk"):
        remove_member(actor=actor, store_id=store.pk, member_id=member.pk, request=request)
    if change.crls_added:
        add_crls(actor=actor, store_id=store.pk, crl_ids=change.crls_added, request=request)
    dropped = StoreCrl.objects.filter(trust_store=store, crl__in=change.crls_dropped)
    for held in dropped.order_by("pk"):
        remove_crl(actor=actor, store_id=store.pk, store_crl_id=held.pk, request=request)
    if change.spec is not None:
        change_trust_store(
            actor=actor,
            store_id=store.pk,
            revision=TrustStore.objects.get(pk=store.pk).revision,
            spec=change.spec,
            request=request,
        )
