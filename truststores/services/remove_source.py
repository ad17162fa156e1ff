from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from truststores.models import CrlSource


@transaction.atomic
def remove_source(
    *, actor: User | None, store_id: int, source_id: int, request: HttpRequest | None = None
) -> CrlSource:
    """Ask an address no longer; the CRL that it gave stays."""
    source = CrlSource.objects.select_related("trust_store").get(pk=source_id, trust_store=store_id)
    record(
        actor=actor,
        action="crl_source.removed",
        subject=source.trust_store,
        data={"url": source.shown_url},
        request=request,
    )
    CrlSource.objects.filter(pk=source_id).delete()
    return source
