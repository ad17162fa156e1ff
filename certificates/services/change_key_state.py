from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.key_refusals import KeyNeeded, KeyRefused
from certificates.models import KeyState, KeyTransition, PrivateKey, SealedKey
from certificates.services.find_holders import find_holders, holders_digest
from jobs.dependants import tell_dependants
from ui.uses import Use


@transaction.atomic
def change_key_state(
    *,
    actor: User | None,
    key: PrivateKey,
    state: KeyState,
    reason: str = "",
    seen: str = "",
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> bool:
    """Move a key to another state; False when it is there already.

    Raises `KeyRefused` for a transition that NIST SP 800-57 does not know, and `KeyNeeded` where
    something that works with the key would lose it for good, unless `seen` is the `holders_digest`
    of what does. A destroyed key loses its sealed bytes; what is public about it stays.
    """
    row = PrivateKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    before = row.key_state
    if before is state:
        return False
    if state not in row.next_states:
        raise KeyRefused(
            "key.transition_forbidden", before=before.label.lower(), after=state.label.lower()
        )
    holders = find_holders(row) if state in _ENDING else []
    if holders and seen != holders_digest(holders):
        raise KeyNeeded(holders)
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
            **_told(holders),
        },
        request=request,
    )
    key.state, key.state_since = row.state, row.state_since
    return True


# From these no way leads back to a key that is used.
_ENDING = (KeyState.COMPROMISED, KeyState.DESTROYED)
_MOST_TOLD = 20


def _told(holders: Sequence[Use]) -> dict[str, Any]:
    """What worked with the key, as the log keeps it."""
    if not holders:
        return {}
    named = [f"{one.how} {one.name}" for one in holders[:_MOST_TOLD]]
    return {"in_use_by": len(holders), "used": named}
