from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest

from pki.verify.inputs import Policy
from truststores.errors import StoreChangeRefused
from truststores.inputs import policy_of
from truststores.models import TrustStore
from truststores.services.revise_store import revise_store
from truststores.specs import StoreSpec


def change_trust_store(
    *,
    actor: User | None,
    store_id: int,
    revision: int,
    spec: StoreSpec,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> TrustStore:
    """Change the name, the notes or the policy; another policy makes every report due."""
    try:
        with revise_store(
            store_id=store_id,
            action="trust_store.changed",
            actor=actor,
            revision=revision,
            request=request,
            moment=moment,
        ) as change:
            store = change.store
            before = policy_data(policy_of(store)) | {"name": store.name, "notes": store.notes}
            store.name, store.notes = spec.name, spec.notes
            fill_policy(store, spec.policy)
            after = policy_data(spec.policy) | {"name": store.name, "notes": store.notes}
            change.data.update(
                {name: [before[name], after[name]] for name in after if before[name] != after[name]}
            )
            if policy_data(spec.policy).keys() & change.data.keys():
                store.validation_reports.become_due(change.moment)
            refuse_taken_name(name=store.name, store=store)
    except IntegrityError:
        raise StoreChangeRefused("store.name_taken", name=spec.name) from None
    return store


def refuse_taken_name(*, name: str, store: TrustStore) -> None:
    if TrustStore.objects.filter(name=name).exclude(pk=store.pk).exists():
        raise StoreChangeRefused("store.name_taken", name=name)


def fill_policy(store: TrustStore, policy: Policy) -> None:
    store.usage = policy.usage.value
    store.revocation = policy.revocation.value
    store.security_level = policy.security_level
    store.partial_chain = policy.partial_chain
    store.common_name = policy.common_name
    store.strict = policy.strict
    store.policy_oids = list(policy.policy_oids)
    store.require_explicit_policy = policy.require_explicit_policy
    store.inhibit_policy_mapping = policy.inhibit_policy_mapping
    store.inhibit_any_policy = policy.inhibit_any_policy


def policy_data(policy: Policy) -> dict[str, Any]:
    """The policy as the log keeps it."""
    return {
        name: list(value) if isinstance(value, tuple) else str(value) if name in _WORDS else value
        for name, value in asdict(policy).items()
    }


_WORDS = ("usage", "revocation")
