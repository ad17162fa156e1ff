from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import CertificateRequest, RequestState
from jobs.services.cancel_job import cancel_job


@transaction.atomic
def withdraw_request(
    *, actor: User, certificate_request: CertificateRequest, request: HttpRequest | None = None
) -> bool:
    """Say that no reply is waited for any more; False when there is one, or this was said before.

    The key stays. A key that is still being made is not made any further.
    """
    # The job first, as the worker has it: two who take both in one order never wait for each other.
    if certificate_request.job is not None and certificate_request.state == RequestState.WAITING:
        cancel_job(job=certificate_request.job)
    row = CertificateRequest.objects.select_for_update(of=("self",)).get(pk=certificate_request.pk)
    if row.state in (RequestState.ANSWERED, RequestState.WITHDRAWN):
        return False
    row.state = RequestState.WITHDRAWN
    row.save(update_fields=["state"])
    record(actor=actor, action="request.withdrawn", subject=row, request=request)
    return True
