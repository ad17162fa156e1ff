from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import KeyUse, Label, PrivateKey, PublicKey


@transaction.atomic
def delete_public_key(*, actor: User, key: PublicKey, request: HttpRequest | None = None) -> None:
    """Forget a key that is not ours, and where it was used."""
    labels = list(key.labels.values_list("pk", flat=True))
    record(
        actor=actor,
        action="public_key.deleted",
        subject=key,
        data={"spki_sha256": key.spki_sha256, "ssh_sha256": key.ssh_sha256},
        request=request,
    )
    if not PrivateKey.objects.filter(spki_sha256=key.spki_sha256).exists():
        KeyUse.objects.filter(spki_sha256=key.spki_sha256).delete()
    key.delete()
    Label.objects.unused().filter(pk__in=labels).delete()
