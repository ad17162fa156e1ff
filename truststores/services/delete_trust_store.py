from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.services.delete_certificates import uses_of
from jobs.services.request_job import request_job
from truststores.errors import StoreChanged, StoreInUse
from truststores.models import StoreMember, TrustStore
from truststores.querysets.reports import NAMES_AT_ONCE
from truststores.services.settle_loose import settle_loose
from truststores.services.settle_standings import settle_standings
from truststores.services.take_turn import take_turn


@transaction.atomic
def delete_trust_store(
    *,
    actor: User | None,
    store_id: int,
    revision: int,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> None:
    """Delete a store with its reports; its certificates and CRLs stay in the inventory.

    Refuses with `StoreInUse` where something is accepted by it.
    """
    take_turn()
    store = TrustStore.objects.locked(store_id)
    if store.revision != revision:
        raise StoreChanged
    members = StoreMember.objects.filter(trust_store=store)
    data = {
        "name": store.name,
        "members": sorted(members.values_list("certificate__sha256", flat=True)),
    }
    names = set(store.names.values_list("name_sha256", flat=True))
    members_names = set(members.values_list("certificate__issuer_sha256", flat=True))
    concerned = sorted(store.validation_reports.values_list("certificate_id", flat=True))
    try:
        store.delete()
    except ProtectedError as error:
        raise StoreInUse(uses_of(error)) from None
    for start in range(0, len(concerned), NAMES_AT_ONCE):
        settle_standings(certificate_ids=concerned[start : start + NAMES_AT_ONCE])
    settle_loose(names=names | members_names, moment=moment or timezone.now())
    request_job(kind="validate", actor=actor)
    # Deleting took the id from the row that was read; the log names what was deleted by it.
    store.pk = store_id
    record(actor=actor, action="trust_store.deleted", subject=store, data=data, request=request)
