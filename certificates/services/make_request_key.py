from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from certificates.models import CertificateRequest, RequestState
from certificates.services.fulfil_request import fulfil_request
from certificates.services.generate_under_lease import generate_under_lease
from jobs.errors import JobFailure
from jobs.lease import Lease
from pki.csr.build import RequestNotBuilt
from pki.key_generation import KeySpec


@sensitive_variables("pkcs8")
def make_request_key(*, lease: Lease) -> dict[str, Any]:
    """Make the key that a request waits for, and with it, in one transaction, the request.

    An attempt after a kill finds the request as it was: waiting, or made. One that was withdrawn
    meanwhile gets no key.
    """
    waiting = CertificateRequest.objects.filter(pk=lease.params["request"]).first()
    if waiting is None or waiting.state != RequestState.WAITING:
        return {}
    pkcs8 = generate_under_lease(lease=lease, spec=KeySpec(algorithm=waiting.new_key))
    try:
        with transaction.atomic():
            lease.advance(done=1, total=1)
            row = CertificateRequest.objects.select_for_update(of=("self",)).get(pk=waiting.pk)
            if row.state == RequestState.WAITING:
                actor = (
                    User.objects.filter(pk=lease.actor_id).first()
                    if lease.actor_id is not None
                    else None
                )
                fulfil_request(actor=actor, row=row, pkcs8=pkcs8)
    except RequestNotBuilt as error:
        raise JobFailure("request.not_built", **error.data) from error
    return {}
