from __future__ import annotations

from datetime import datetime

from django.db import transaction

from endpoints.models import Service
from endpoints.services.request_probe import request_probe

_AT_ONCE = 100


@transaction.atomic
def plan_probes(*, moment: datetime) -> int:
    """Ask for the probes that are due; gives how many services. One indexed query where none is.

    The row is locked while its next turn is written, so two planners at once ask once.
    """
    due = list(
        Service.objects.filter(probe_at__lte=moment)
        .order_by("probe_at", "pk")
        .select_for_update(of=("self",))[:_AT_ONCE]
    )
    for service in due:
        every = service.probe_every
        if every is not None:
            request_probe(actor=None, service_id=service.pk)
        Service.objects.filter(pk=service.pk).update(
            probe_at=moment + every if every is not None else None
        )
    return len(due)
