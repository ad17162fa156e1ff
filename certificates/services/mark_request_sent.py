from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.models import CertificateRequest, RequestState


@transaction.atomic
def mark_request_sent(
    *, actor: User, certificate_request: CertificateRequest, request: HttpRequest | None = None
) -> bool:
    """Write down that a request went to its CA; False when it is past that already."""
    row = CertificateRequest.objects.select_for_update(of=("self",)).get(pk=certificate_request.pk)
    if row.state != RequestState.CREATED:
        return False
    row.state = RequestState.SENT
    row.sent_at = timezone.now()
    row.save(update_fields=["state", "sent_at"])
    record(actor=actor, action="request.sent", subject=row, request=request)
    return True
