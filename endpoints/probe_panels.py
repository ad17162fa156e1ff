"""What the page of a service shows of its probes."""

from __future__ import annotations

from django.http import HttpRequest

from endpoints.models import Probe, ProbeState, Service
from endpoints.probe_texts import difference_said, failure_said
from endpoints.services.settle_probes import newest_probes
from endpoints.texts import PROBE_PERIODS
from ui.panels import Panel


def probes_of_service(request: HttpRequest, shown: object) -> Panel | None:
    """The newest probe of each address, and the button that asks for another."""
    if not isinstance(shown, Service):
        return None
    newest = newest_probes(shown)
    return Panel(
        title="What it really presents",
        template="endpoints/_probes_of_service.html",
        anchor="probes",
        context={
            "service": shown,
            "lines": [(probe, what_was_found(probe)) for probe in newest],
            "running": Probe.objects.filter(service=shown, state=ProbeState.RUNNING)
            .exclude(job=None)
            .filter(job__ended_at=None)
            .first(),
            "has_addresses": shown.addresses.exists(),
            "every": PROBE_PERIODS.get(shown.probe_every, str(shown.probe_every)).lower()
            if shown.probe_every
            else "",
        },
    )


def what_was_found(probe: Probe) -> str:
    """One line about a probe: why nothing was seen, or what differs most."""
    if probe.error_code:
        return failure_said(probe.error_code, probe.error_data)[0]
    differences = difference_said(probe.differences)
    if not differences:
        return ""
    more = len(differences) - 1
    return differences[0].sentence + (f" And {more} more." if more else "")
