from __future__ import annotations

import hmac
from dataclasses import dataclass

from django.db import transaction

from audit.chain import ONLY_ROW, START, chain_key, mac_of_event, mac_of_head
from audit.models import AuditEvent, AuditHead, AuditKey


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditVerdict:
    """How many events were right, and the number of the first that is not, with the reason."""

    verified: int
    first_bad: int | None = None
    why: str = ""
    last_mac: str = ""


@transaction.atomic
def verify_audit() -> AuditVerdict:
    """Recompute the chain from its first event to the end that the head names."""
    head = AuditHead.objects.filter(pk=ONLY_ROW).first()
    if head is None and not AuditEvent.objects.exists():
        return AuditVerdict(verified=0)
    try:
        key = chain_key()
    except AuditKey.DoesNotExist:
        return AuditVerdict(verified=0, first_bad=1, why="the key of the log is gone")
    expected, previous = 1, START
    for event in AuditEvent.objects.order_by("sequence", "pk").iterator(chunk_size=2000):
        why = _fault_of(event, expected, previous, key)
        if why:
            return AuditVerdict(verified=expected - 1, first_bad=expected, why=why)
        expected, previous = expected + 1, event.mac
    why = _fault_of_head(head, expected - 1, previous, key)
    if why:
        return AuditVerdict(verified=expected - 1, first_bad=expected, why=why)
    return AuditVerdict(verified=expected - 1, last_mac=previous)


def _fault_of(event: AuditEvent, expected: int, previous: str, key: bytes) -> str:
    if event.sequence != expected:
        return "it is missing"
    if event.previous_mac != previous:
        return "it does not follow the one before it"
    if not hmac.compare_digest(event.mac, mac_of_event(event, key)):
        return "it was changed"
    return ""


def _fault_of_head(head: AuditHead | None, count: int, last_mac: str, key: bytes) -> str:
    if head is None or not hmac.compare_digest(head.mac, mac_of_head(head, key)):
        return "the record of the end of the log was changed"
    if head.sequence > count:
        return "it is missing"
    if head.sequence < count or head.last_mac != last_mac:
        return "the log does not end where its record says"
    return ""
