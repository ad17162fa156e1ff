from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from certificates.models import KeyOrigin, Owner, PrivateKey
from certificates.services.store_private_key import store_private_key
from jobs.lease import Lease
from pki.key_generation import KeySpec, generate

# How often it is seen whether the job was cancelled; the lease lasts a minute.
_LOOKS_EVERY = 1.0


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
    pkcs8 = _generated(lease, KeySpec(algorithm=wanted["algorithm"]))
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


def _generated(lease: Lease, spec: KeySpec) -> bytes:
    """The key, made in a thread: OpenSSL lets others work meanwhile, and the lease is kept."""
    with ThreadPoolExecutor(max_workers=1) as threads:
        running: Future[bytes] = threads.submit(generate, spec)
        while True:
            try:
                return running.result(timeout=_LOOKS_EVERY)
            except NotYet:
                lease.renew()
