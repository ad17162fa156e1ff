from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from endpoints.errors import EndpointRefused
from endpoints.models import Account, Rehearsal, Service
from endpoints.rehearsal_specs import RehearsalOrder
from endpoints.rehearsed import rehearsed_to_json
from endpoints.services.play_ways import play_ways
from pki.formats.write import write_pem


def rehearse(
    *,
    actor: User,
    order: RehearsalOrder,
    token: uuid.UUID,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Rehearsal:
    """Try a connection in memory, and keep what came of it.

    `token` comes with the form: sent twice, it is one rehearsal. Raises `EndpointRefused` for a
    service that speaks no TLS, and where the service or the account is gone.
    """
    made_for = f"{actor.pk}:{token}"
    if made := Rehearsal.objects.filter(token=made_for).first():
        return made
    service = (
        Service.objects.select_related("certificate__encoded", "client_store", "server_store")
        .filter(pk=order.service_id)
        .first()
    )
    account = Account.objects.filter(pk=order.account_id).first() if order.account_id else None
    if service is None:
        raise EndpointRefused("endpoint.part_gone", what="the service")
    if order.account_id and account is None:
        raise EndpointRefused("endpoint.part_gone", what="the account")
    if not service.speaks_tls:
        raise EndpointRefused("rehearsal.no_tls", name=service.name)
    now = moment or timezone.now()
    found = play_ways(
        order, service=service, account=account, actor=actor, request=request, moment=now
    )
    try:
        with transaction.atomic():
            row = Rehearsal.objects.create(
                service=service,
                account=account,
                pasted=write_pem([one.der for one in order.chain]).decode() if order.chain else "",
                accepted=found.works,
                outcome=rehearsed_to_json(found),
                actor=actor,
                made_at=now,
                token=made_for,
            )
            record(
                actor=actor,
                action="rehearsal.made",
                subject=row,
                data={
                    "service": service.name,
                    "account": account.name if account else "",
                    "pasted": len(order.chain),
                    "ways": len(found.ways),
                    "accepted": found.works,
                },
                request=request,
            )
    except IntegrityError:
        # The same form, sent twice at the same moment: whoever came second has what the first made.
        made = Rehearsal.objects.filter(token=made_for).first()
        if made is None:
            raise
        return made
    return row
