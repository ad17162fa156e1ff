from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from endpoints.errors import EndpointRefused
from endpoints.models import Service
from endpoints.services.fill_service import fill_parts, fill_service, service_data
from endpoints.specs import ServiceSpec
from jobs.services.request_job import request_job


@transaction.atomic
def create_service(
    *,
    actor: User | None,
    spec: ServiceSpec,
    token: uuid.UUID | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Service:
    """A new service, due to be judged. `token` comes with the form: sent twice, it is one."""
    slot = f"{actor.pk if actor else 0}:{token}" if token else None
    if slot and (made := Service.objects.filter(made_for=slot).first()):
        return made
    service = Service(made_for=slot, due_at=moment or timezone.now())
    fill_service(service, spec)
    try:
        with transaction.atomic():
            service.save(force_insert=True)
    except IntegrityError:
        # The same form, sent twice at the same moment: whoever came second has what the first made.
        if slot and (made := Service.objects.filter(made_for=slot).first()):
            return made
        raise EndpointRefused("service.name_taken", name=spec.name) from None
    fill_parts(service, spec)
    request_job(kind="judge_endpoints", actor=actor)
    record(
        actor=actor,
        action="service.created",
        subject=service,
        data=service_data(service),
        request=request,
    )
    return service
