from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from truststores.models import StoreMember
from truststores.services.add_members import make_due_below
from truststores.services.resettle_store import resettle_store
from truststores.services.revise_store import revise_store


def remove_member(
    *,
    actor: User | None,
    store_id: int,
    member_id: int,
    revision: int | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> None:
    """Take a certificate out of a store; what no longer leads into it gives up its reports."""
    with revise_store(
        store_id=store_id,
        action="trust_store.member_removed",
        actor=actor,
        revision=revision,
        request=request,
        moment=moment,
    ) as change:
        member = StoreMember.objects.select_related("certificate").get(
            pk=member_id, trust_store=change.store
        )
        certificate = member.certificate
        change.data.update(name=str(certificate)[:200], sha256=certificate.sha256, role=member.role)
        member.delete()
        make_due_below(store=change.store, certificates=[certificate], moment=change.moment)
        resettle_store(store_id=store_id, moment=change.moment, left=[certificate.pk])
