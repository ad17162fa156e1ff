from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest

from endpoints.errors import EndpointRefused
from endpoints.models import Service
from endpoints.services.fill_service import fill_parts, fill_service, service_data
from endpoints.services.revise_endpoint import differences, revise_endpoint
from endpoints.specs import ServiceSpec


def change_service(
    *,
    actor: User | None,
    service_id: int,
    revision: int,
    spec: ServiceSpec,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Service:
    """Describe a service anew; it and its accounts are due to be judged."""
    try:
        with revise_endpoint(
            Service.objects.all(),
            pk=service_id,
            revision=revision,
            action="service.changed",
            actor=actor,
            request=request,
            moment=moment,
        ) as change:
            service = change.row
            before = service_data(service)
            fill_service(service, spec)
            fill_parts(service, spec)
            change.data.update(differences(before, service_data(service)))
            service.accounts.all().become_due(change.moment)
    except IntegrityError:
        raise EndpointRefused("service.name_taken", name=spec.name) from None
    return service
