from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.models import Certificate, Crl
from truststores.models import Notice


@transaction.atomic
def acknowledge_end(
    *,
    actor: User,
    shown: Certificate | Crl,
    acknowledged: bool = True,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Notice:
    """Say that somebody knows of an end, so that nobody hears of it again; or take that back."""
    about = {"crl": shown} if isinstance(shown, Crl) else {"certificate": shown}
    notice, _ = Notice.objects.select_for_update().get_or_create(**about)
    if (notice.acknowledged_at is not None) == acknowledged:
        return notice
    now = moment or timezone.now()
    notice.acknowledged_at = now if acknowledged else None
    notice.acknowledged_by = actor if acknowledged else None
    if not acknowledged:
        # The next run finds what was crossed meanwhile.
        notice.next_at = now
    notice.save()
    record(
        actor=actor,
        action="notice.acknowledged" if acknowledged else "notice.reopened",
        subject=shown,
        request=request,
    )
    return notice
