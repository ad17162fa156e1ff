from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.models import KeyUse, Owner, PrivateKey, PublicKey


@transaction.atomic
def add_key_use(
    *,
    actor: User | None,
    key: PrivateKey | PublicKey,
    protocol: str,
    owner: Owner | None = None,
    place: str = "",
    request: HttpRequest | None = None,
) -> bool:
    """Note that a key is used somewhere; False when that is known already."""
    _, is_new = KeyUse.objects.get_or_create(
        spki_sha256=key.spki_sha256,
        protocol=protocol,
        owner=owner,
        place=place,
        defaults={"created_at": timezone.now()},
    )
    if is_new:
        record(
            actor=actor,
            action="key.use_added",
            subject=key,
            data={
                "protocol": protocol,
                "place": place or "somewhere",
                "owner": owner.name if owner is not None else "",
            },
            request=request,
        )
    return is_new
