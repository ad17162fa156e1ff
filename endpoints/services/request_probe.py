from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from endpoints.models import Probe, ProbeState, Service
from jobs.models import ENDED
from jobs.services.request_job import request_job

# A service has a handful of addresses; each costs a connection, an SSH service one for each key.
MOST_ADDRESSES = 20


@transaction.atomic
def request_probe(
    *, actor: User | None, service_id: int, request: HttpRequest | None = None
) -> Sequence[Probe]:
    """Ask for a look at each address of a service; one that is under way is not asked for again.

    None of a service that somebody deleted meanwhile.
    """
    service = Service.objects.select_for_update(of=("self",)).filter(pk=service_id).first()
    if service is None:
        return ()
    hosts = list(service.addresses.values_list("host", flat=True)[:MOST_ADDRESSES])
    probes = [_under_way(service, host) or _asked(service, host, actor) for host in hosts]
    if actor is not None and probes:
        record(
            actor=actor,
            action="service.probe_requested",
            subject=service,
            data={"addresses": hosts},
            request=request,
        )
    return probes


def _under_way(service: Service, host: str) -> Probe | None:
    running = Probe.objects.filter(
        service=service, host=host, port=service.port, state=ProbeState.RUNNING
    )
    return running.exclude(job=None).exclude(job__state__in=ENDED).first()


def _asked(service: Service, host: str, actor: User | None) -> Probe:
    probe = Probe(
        service=service,
        host=host,
        port=service.port,
        state=ProbeState.RUNNING,
        asked_at=timezone.now(),
    )
    probe.save()
    probe.job = request_job(
        kind="probe_service",
        actor=actor,
        params={"probe_id": probe.pk},
        title=f"Probe of {service.name} at {probe.authority}"[:200],
    )
    probe.save(update_fields=["job"])
    return probe
