from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.key_refusals import KeyRefused
from certificates.models import KeyState, KeyTransition, PrivateKey, SealedKey
from jobs.dependants import tell_dependants


@transaction.atomic
def change_key_state(
    *,
    actor: User | None,
    key: PrivateKey,
    state: KeyState,
    reason: str = "",
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> bool:
    """Move a key to another state; False when it is there already.

    Raises `KeyRefused` for a transition that NIST SP 800-57 does not know. A destroyed key loses its
    sealed bytes for good; what is public about it stays.
    """
    row = PrivateKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    before = row.key_state
    if before is state:
        return False
    if state not in row.next_states:
        raise KeyRefused(
            "key.transition_forbidden", before=before.label.lower(), after=state.label.lower()
        )
    row.state = state
    row.state_since = moment or timezone.now()
    row.save(update_fields=["state", "state_since"])
    KeyTransition.objects.create(
        key=row, before=before, after=state, moment=row.state_since, actor=actor, reason=reason
    )
    if state is KeyState.DESTROYED:
        # Overwritten before it is deleted: a deleted row's bytes would stay in its page.
        bytes_of = SealedKey.objects.filter(key=row)
        for sealed in bytes_of:
            bytes_of.update(sealed=b"\0" * len(sealed.sealed), kek_id="")
        bytes_of.delete()
    tell_dependants("key", [row.spki_sha256], moment=row.state_since)
    record(
        actor=actor,
        action="key.state_changed",
        subject=row,
        data={
            "before": str(before),
            "after": str(state),
            "from": before.label.lower(),
            "to": state.label.lower(),
            "reason": reason,
        },
        request=request,
    )
    key.state, key.state_since = row.state, row.state_since
    return True
