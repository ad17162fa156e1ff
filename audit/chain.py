"""The chain itself: which bytes a MAC covers, and the key it is made with."""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import secrets
from datetime import UTC

from django.conf import settings

from audit.models import AuditEvent, AuditHead, AuditKey
from pki.kek import load_kek
from pki.keyring import find_kek
from pki.sealing import Sealed, open_sealed, seal

ONLY_ROW = 1
CONTEXT = b"pkiadmin audit key"
START = "0" * 64


def chain_key(*, may_make: bool = False) -> bytes:
    """The key of the chain. Only the first event makes one; a missing one is otherwise a fault."""
    row = AuditKey.objects.filter(pk=ONLY_ROW).first()
    if row is None and may_make:
        sealed = seal(secrets.token_bytes(32), kek=load_kek(settings.KEK_SOURCE), context=CONTEXT)
        row = AuditKey.objects.create(pk=ONLY_ROW, sealed=sealed.to_bytes())
    if row is None:
        raise AuditKey.DoesNotExist
    return _opened(bytes(row.sealed))


@functools.lru_cache(maxsize=4)
def _opened(sealed: bytes) -> bytes:
    stored = Sealed.from_bytes(sealed)
    return open_sealed(stored, kek=find_kek(settings.KEK_SOURCE, stored.kek_id), context=CONTEXT)


def mac_of_event(event: AuditEvent, key: bytes) -> str:
    """The MAC of an event: JSON has one spelling of every value, whatever the database kept."""
    return _mac(
        key,
        [
            "event",
            event.sequence,
            event.moment.astimezone(UTC).isoformat(timespec="microseconds"),
            event.actor_number,
            event.actor_name,
            event.action,
            event.subject_type,
            event.subject_id,
            event.subject_text,
            event.data,
            event.address,
            event.previous_mac,
        ],
    )


def mac_of_head(head: AuditHead, key: bytes) -> str:
    return _mac(key, ["head", head.sequence, head.last_mac])


def _mac(key: bytes, values: list[object]) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
