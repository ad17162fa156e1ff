from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from jobs.dependants import tell_dependants
from jobs.services.request_job import request_job
from truststores.errors import StoreChanged
from truststores.models import TrustStore
from truststores.services.take_turn import take_turn


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A change under way: the locked store, the moment of the change, and what the log will say."""

    store: TrustStore
    moment: datetime
    data: dict[str, Any] = field(default_factory=dict)


@contextmanager
def revise_store(
    *,
    store_id: int,
    action: str,
    actor: User | None,
    revision: int | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Iterator[Revision]:
    """One change of a trust store: all of it or nothing.

    Refuses with `StoreChanged` when the store is no longer at `revision`, which is the one that the
    person saw (None: nobody looked). At the end the revision has grown, the log has its line, and
    a validation is asked for.
    """
    with transaction.atomic():
        take_turn()
        store = TrustStore.objects.locked(store_id)
        if revision is not None and store.revision != revision:
            raise StoreChanged
        change = Revision(store=store, moment=moment or timezone.now())
        yield change
        store.revision += 1
        store.save()
        request_job(kind="validate", actor=actor)
        tell_dependants("trust_store", [store.pk], moment=change.moment)
        record(actor=actor, action=action, subject=store, data=change.data, request=request)
