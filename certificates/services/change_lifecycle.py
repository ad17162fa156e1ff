from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.models import Certificate, Lifecycle
from jobs.dependants import tell_dependants


@transaction.atomic
def change_lifecycle(
    *,
    actor: User | None,
    certificate: Certificate,
    lifecycle: Lifecycle,
    replaced_by: Certificate | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> bool:
    """Say where a certificate stands in its life; False when it stands there already."""
    row = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    successor = replaced_by if lifecycle == Lifecycle.REPLACED else None
    if (row.lifecycle, row.replaced_by_id) == (lifecycle, successor.pk if successor else None):
        return False
    before = row.get_lifecycle_display()
    row.lifecycle = lifecycle
    row.replaced_by = successor
    row.save(update_fields=["lifecycle", "replaced_by"])
    tell_dependants("certificate", [row.pk], moment=moment or timezone.now())
    record(
        actor=actor,
        action="certificate.lifecycle_changed",
        subject=row,
        data={
            "before": before,
            "after": lifecycle.label,
            "replaced_by": successor.sha256 if successor else "",
        },
        request=request,
    )
    return True
