from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import KeyUse, PrivateKey, PublicKey


@transaction.atomic
def remove_key_use(
    *,
    actor: User,
    key: PrivateKey | PublicKey,
    use_id: int,
    request: HttpRequest | None = None,
) -> bool:
    """Forget that a key is used somewhere; False when nobody knew."""
    use = KeyUse.objects.filter(pk=use_id, spki_sha256=key.spki_sha256).first()
    if use is None:
        return False
    use.delete()
    record(
        actor=actor,
        action="key.use_removed",
        subject=key,
        data={"protocol": use.protocol, "place": use.place or "somewhere"},
        request=request,
    )
    return True
