from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

from endpoints.models import ChainSource, Service
from endpoints.services.fill_service import service_data
from endpoints.services.revise_endpoint import differences, revise_endpoint


def send_issuers(
    *, actor: User | None, service_id: int, revision: int, request: HttpRequest | None = None
) -> Service:
    """Let a service send its issuers as the inventory has them, without the root.

    What was named one by one is forgotten; that it is written down here does not change the server.
    """
    with revise_endpoint(
        Service.objects.all(),
        pk=service_id,
        revision=revision,
        action="service.changed",
        actor=actor,
        request=request,
    ) as change:
        service = change.row
        before = service_data(service)
        service.chain_source = ChainSource.BUILT
        service.chain.all().delete()
        change.data.update(differences(before, service_data(service)))
        service.accounts.all().become_due(change.moment)
    return service
