from __future__ import annotations

from collections.abc import Iterable

from endpoints.models import Probe, ProbeState, Service

# What presses most first: one address that is wrong makes the service one to look at.
_ORDER = (
    ProbeState.UNREACHABLE,
    ProbeState.DIFFERENT,
    ProbeState.REFUSED,
    ProbeState.SEEN,
    ProbeState.SAME,
)


def newest_probes(service: Service) -> list[Probe]:
    """The newest ended probe of each address that the service has now, in their order."""
    found = []
    for host in service.addresses.order_by("position").values_list("host", flat=True):
        ended = Probe.objects.filter(service=service, host=host, port=service.port)
        newest = ended.exclude(state=ProbeState.RUNNING).order_by("-asked_at", "-pk").first()
        if newest is not None:
            found.append(newest)
    return found


def settle_probes(*, service_id: int) -> None:
    """Write on the service what the newest probes of its addresses say together, and since when."""
    service = Service.objects.filter(pk=service_id).first()
    if service is None:
        return
    newest = newest_probes(service)
    ended = [probe.ended_at for probe in newest if probe.ended_at is not None]
    Service.objects.filter(pk=service_id).update(
        probe_state=_together(probe.state for probe in newest),
        probed_at=max(ended, default=None),
    )


def _together(states: Iterable[str]) -> str:
    seen = set(states)
    return next((str(state) for state in _ORDER if state in seen), "")
