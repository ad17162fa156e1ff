from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from endpoints.models import Kit


@transaction.atomic
def delete_kit(*, actor: User, kit: Kit, request: HttpRequest | None = None) -> None:
    """Forget a kit; its certificates, keys, service and account stay."""
    found = Kit.objects.select_for_update().filter(pk=kit.pk).first()
    if found is None:
        return
    found.delete()
    # Deleting took the id from the row; the log names what was deleted by it.
    found.pk = kit.pk
    record(
        actor=actor,
        action="kit.deleted",
        subject=found,
        data={
            "server_sha256": kit.server_certificate.sha256,
            "client_sha256": kit.client_certificate.sha256,
        },
        request=request,
    )
