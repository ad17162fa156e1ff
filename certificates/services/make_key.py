from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from certificates.models import KeyOrigin, Owner, PrivateKey
from certificates.services.generate_under_lease import generate_under_lease
from certificates.services.store_private_key import store_private_key
from jobs.lease import Lease
from pki.key_generation import KeySpec


def make_key(*, lease: Lease) -> dict[str, Any]:
    """Make the key that a job asks for; an attempt after a kill finds the key of the one before."""
    made_for = f"job:{lease.job_id}"
    key = PrivateKey.objects.filter(made_for=made_for).first()
    if key is None:
        key = _made(lease, made_for)
    return {"key": key.pk}


@sensitive_variables("pkcs8")
def _made(lease: Lease, made_for: str) -> PrivateKey:
    wanted = lease.params
    pkcs8 = generate_under_lease(lease=lease, spec=KeySpec(algorithm=wanted["algorithm"]))
    with transaction.atomic():
        lease.advance(done=1, total=1)
        return store_private_key(
            actor=User.objects.filter(pk=lease.actor_id).first() if lease.actor_id else None,
            pkcs8=pkcs8,
            name=wanted["name"],
            owner=Owner.objects.filter(pk=wanted["owner"]).first() if wanted["owner"] else None,
            labels=wanted["labels"],
            note=wanted["note"],
            origin=KeyOrigin.GENERATED,
            made_for=made_for,
        )
