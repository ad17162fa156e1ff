from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import KeyUse, Label, PrivateKey, PublicKey
from certificates.services.delete_certificates import Use, uses_of


class KeyInUse(Exception):
    """Something uses the key, so it stays; `uses` says what."""

    def __init__(self, uses: tuple[Use, ...]) -> None:
        self.uses = uses
        super().__init__()


@transaction.atomic
def delete_public_key(*, actor: User, key: PublicKey, request: HttpRequest | None = None) -> None:
    """Forget a key that is not ours, and the places noted for it. Raises `KeyInUse`."""
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
    try:
        key.delete()
    except ProtectedError as error:
        raise KeyInUse(uses_of(error)) from None
    Label.objects.unused().filter(pk__in=labels).delete()
