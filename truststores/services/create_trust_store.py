from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.models import Certificate, Standing
from jobs.services.request_job import request_job
from truststores.errors import StoreChangeRefused
from truststores.models import TrustStore
from truststores.querysets.reports import NAMES_AT_ONCE
from truststores.services.change_trust_store import fill_policy, policy_data
from truststores.services.settle_loose import find_loose, pair_loose
from truststores.services.take_turn import take_turn
from truststores.specs import StoreSpec


def _ask_about_loose(store: TrustStore, moment: datetime) -> None:
    """What misses an issuer is asked of every store, so of this one too."""
    unchained = Certificate.objects.filter(standing=Standing.UNCHAINED, self_issued=False)
    names = sorted(set(unchained.values_list("issuer_sha256", flat=True)))
    for start in range(0, len(names), NAMES_AT_ONCE):
        loose = find_loose(set(names[start : start + NAMES_AT_ONCE]))
        pair_loose(unchained.filter(issuer_sha256__in=loose), moment, store_id=store.pk)
    if names:
        request_job(kind="validate")


@transaction.atomic
def create_trust_store(
    *,
    actor: User | None,
    spec: StoreSpec,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> TrustStore:
    """A new store, empty: nothing is trusted until somebody says so."""
    take_turn()
    store = TrustStore(name=spec.name, notes=spec.notes)
    fill_policy(store, spec.policy)
    try:
        with transaction.atomic():
            store.save(force_insert=True)
    except IntegrityError:
        raise StoreChangeRefused("store.name_taken", name=spec.name) from None
    _ask_about_loose(store, moment or timezone.now())
    record(
        actor=actor,
        action="trust_store.created",
        subject=store,
        data={"name": store.name, **policy_data(spec.policy)},
        request=request,
    )
    return store
