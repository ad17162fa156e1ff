from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from certificates.models import Certificate
from endpoints.errors import EndpointRefused
from endpoints.models import Service
from endpoints.services.find_successor import find_successor
from endpoints.services.revise_endpoint import revise_endpoint


def present_successor(
    *,
    actor: User | None,
    service_id: int,
    revision: int,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Certificate:
    """Let a service present the certificate that replaced its own; what follows it stays.

    Refuses where nothing has replaced it: pressed twice, the second time does nothing.
    """
    with revise_endpoint(
        Service.objects.all(),
        pk=service_id,
        revision=revision,
        action="service.certificate_replaced",
        actor=actor,
        request=request,
        moment=moment,
    ) as change:
        before = change.row.certificate
        after = find_successor(before) if before is not None else None
        if before is None or after is None:
            raise EndpointRefused("endpoint.nothing_replaced")
        # A successor that the service names in its chain goes out first and once.
        change.row.chain.filter(certificate=after).delete()
        change.row.certificate = after
        change.row.accounts.all().become_due(change.moment)
        change.data.update(
            {
                "before": str(before),
                "after": str(after),
                "sha256": [before.sha256, after.sha256],
            }
        )
    return after
