from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from audit.services.record import record
from certificates.models import CertificateRequest, PrivateKey, RequestState
from certificates.orders import RequestOrder, errors_of, warnings_digest, warnings_of
from certificates.request_refusals import OrderRefused
from certificates.services.check_order import check_order
from certificates.services.fulfil_request import fulfil_request
from certificates.services.open_private_key import SIGN, open_private_key
from jobs.services.request_job import request_job
from pki.key_generation import generate


@sensitive_variables("pkcs8")
def create_request(
    *,
    actor: User,
    order: RequestOrder,
    token: uuid.UUID,
    accepted: str = "",
    request: HttpRequest | None = None,
) -> CertificateRequest:
    """Make a request, or a self-signed certificate where the order has days, and its key.

    `token` comes with the form: the same one sent twice, even at the same moment, makes one. A key
    that takes long to make is left to a worker: the request waits for it. `accepted` is the
    `warnings_digest` of what somebody has read and accepted. Raises `OrderRefused`, `KeyRefused`
    for an existing key that may not sign, and `pki.csr.build.RequestNotBuilt`.
    """
    made_for = f"{actor.pk}:{token}"
    if made := CertificateRequest.objects.filter(made_for=made_for).first():
        return made
    findings = check_order(order, moment=timezone.now())
    if errors_of(findings) or warnings_digest(findings) not in ("", accepted):
        raise OrderRefused(findings)
    # The key is made, or opened, before the transaction: neither holds up the others who write.
    pkcs8 = None
    existing = None
    if order.key_id is not None:
        existing = PrivateKey.objects.get(pk=order.key_id)
        pkcs8 = open_private_key(key=existing, purpose=SIGN, actor=actor, request=request)
    elif order.new_key is not None and not order.new_key.is_slow:
        pkcs8 = generate(order.new_key)
    try:
        with transaction.atomic():
            row = CertificateRequest.objects.create(
                name=order.name,
                state=RequestState.WAITING,
                spec=order.spec.to_json(),
                self_signed_days=order.days,
                new_key=order.new_key.algorithm if order.new_key is not None else "",
                key_name=order.key_name or order.name,
                owner_id=order.owner_id,
                key=existing,
                findings=[found.to_json() for found in warnings_of(findings)],
                replaces_id=order.replaces_id,
                made_for=made_for,
                actor=actor,
                created_at=timezone.now(),
            )
            if pkcs8 is None:
                _leave_to_a_worker(row, actor, request)
            else:
                fulfil_request(actor=actor, row=row, pkcs8=pkcs8, request=request)
    except IntegrityError:
        # The same form, sent twice at the same moment: whoever came second has what the first made.
        made = CertificateRequest.objects.filter(made_for=made_for).first()
        if made is None:
            raise
        return made
    return row


def _leave_to_a_worker(row: CertificateRequest, actor: User, request: HttpRequest | None) -> None:
    row.job = request_job(
        kind="request_key",
        actor=actor,
        title=f"Key for {row.name}"[:200],
        params={"request": row.pk},
    )
    row.save(update_fields=["job"])
    record(
        actor=actor,
        action="request.key_awaited",
        subject=row,
        data={"kind": row.new_key},
        request=request,
    )
