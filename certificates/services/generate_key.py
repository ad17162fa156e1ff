from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from certificates.key_specs import KeyOrder
from certificates.models import KeyOrigin, PrivateKey
from certificates.services.find_owner import find_owner
from certificates.services.store_private_key import store_private_key
from pki.key_generation import generate


@sensitive_variables("pkcs8")
def generate_key(
    *, actor: User | None, order: KeyOrder, made_for: str, request: HttpRequest | None = None
) -> PrivateKey:
    """Make a key and keep it. Asked twice for the same `made_for`, one key is made.

    RSA keys of `KeySpec.is_slow` take seconds: pages ask for them by `request_key`.
    """
    if made := PrivateKey.objects.filter(made_for=made_for).first():
        return made
    pkcs8 = generate(order.spec)
    with transaction.atomic():
        return store_private_key(
            actor=actor,
            pkcs8=pkcs8,
            name=order.about.name,
            owner=find_owner(order.about),
            labels=order.about.labels,
            note=order.about.note,
            origin=KeyOrigin.GENERATED,
            made_for=made_for,
            request=request,
        )
