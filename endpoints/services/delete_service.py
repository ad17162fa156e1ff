from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from endpoints.errors import EndpointChanged
from endpoints.models import Account, Service
from endpoints.services.fill_service import service_data
from jobs.services.request_job import request_job


@transaction.atomic
def delete_service(
    *,
    actor: User | None,
    service_id: int,
    revision: int,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> None:
    """Forget a service with its rehearsals and probes; its accounts stay, without it.

    Asked twice, it is done once.
    """
    service = Service.objects.select_for_update(of=("self",)).filter(pk=service_id).first()
    if service is None:
        return
    if service.revision != revision:
        raise EndpointChanged
    accounts = list(service.accounts.values_list("pk", flat=True))
    data = service_data(service)
    record(actor=actor, action="service.deleted", subject=service, data=data, request=request)
    service.delete()
    if Account.objects.filter(pk__in=accounts).become_due(moment or timezone.now()):
        request_job(kind="judge_endpoints", actor=actor)
