from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from truststores.models import TrustStore


@transaction.atomic
def change_recipients(
    *, actor: User, store_id: int, recipients: Sequence[str], request: HttpRequest | None = None
) -> TrustStore:
    """Say who hears of the end of what stands in a trust store; it changes nothing about trust."""
    store = TrustStore.objects.locked(store_id)
    before = store.notice_recipients
    wanted = sorted(set(recipients))
    if wanted == before:
        return store
    store.notice_recipients = wanted
    store.save(update_fields=["notice_recipients"])
    record(
        actor=actor,
        action="trust_store.recipients_changed",
        subject=store,
        data={"before": ", ".join(before) or "nobody", "after": ", ".join(wanted) or "nobody"},
        request=request,
    )
    return store
