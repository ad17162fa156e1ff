from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.chain import ONLY_ROW, START, chain_key, mac_of_event, mac_of_head
from audit.models import AuditEvent, AuditHead

CONSOLE = "the console"
"""Who did what nobody asked for: the schedule, the supervisor."""


class NotInTransaction(Exception):
    """An event belongs to the transaction of its act: without one the act could stand alone."""


def record(
    *,
    actor: User | AnonymousUser | None,
    action: str,
    subject: models.Model | None = None,
    data: Mapping[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> AuditEvent:
    """Add an event to the log, in the transaction of the act: both are written, or neither.

    `action` is a code of `audit.action_texts`; `data` holds what its sentence names, never a
    secret. The end of the chain is locked until the transaction ends, so call this last.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(action)
    head = _locked_head()
    key = chain_key(may_make=head.sequence == 0)
    event = AuditEvent(
        sequence=head.sequence + 1,
        moment=timezone.now(),
        actor_number=actor.pk if actor is not None else None,
        actor_name=(actor.get_username() if actor is not None else "") or CONSOLE,
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_text=_storable(str(subject))[:255] if subject is not None else "",
        data=_storable(dict(data or {})),
        address=request.META.get("REMOTE_ADDR", "")[:45] if request is not None else "",
        previous_mac=head.last_mac or START,
    )
    event.mac = mac_of_event(event, key)
    event.save(force_insert=True)
    head.sequence = event.sequence
    head.last_mac = event.mac
    head.mac = mac_of_head(head, key)
    head.save()
    return event


def _locked_head() -> AuditHead:
    head = AuditHead.objects.select_for_update().filter(pk=ONLY_ROW).first()
    if head is None:
        AuditHead.objects.get_or_create(pk=ONLY_ROW)
        head = AuditHead.objects.select_for_update().get(pk=ONLY_ROW)
    return head


def _storable(value: Any) -> Any:
    """The same value as every database gives it back: no NUL, no type that JSON does not have."""
    if isinstance(value, str):
        return value.replace("\0", "\\x00")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {_storable(str(key)): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_storable(inner) for inner in value]
    return _storable(str(value))
