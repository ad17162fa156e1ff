from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from certificates.key_specs import KeyOrder
from certificates.models import PrivateKey
from certificates.services.find_owner import find_owner
from certificates.services.generate_key import generate_key
from jobs.models import Job
from jobs.services.request_job import request_job


def request_key(
    *, actor: User, order: KeyOrder, token: uuid.UUID, request: HttpRequest | None = None
) -> PrivateKey | Job:
    """Make a key at once, or ask for the job that makes it where that takes longer than a page may.

    `token` comes with the form: sent twice, even at the same moment, it makes one key.
    """
    slot = f"{actor.pk}:{token}"
    if not order.spec.is_slow:
        return generate_key(actor=actor, order=order, made_for=slot, request=request)
    with transaction.atomic():
        owner = find_owner(order.about)
        return request_job(
            kind="generate_key",
            actor=actor,
            title=f"{order.spec.algorithm} key “{order.about.name}”"[:200],
            params={
                "algorithm": order.spec.algorithm,
                "name": order.about.name,
                "owner": owner.pk if owner is not None else None,
                "labels": list(order.about.labels),
                "note": order.about.note,
            },
            slot=slot,
        )
