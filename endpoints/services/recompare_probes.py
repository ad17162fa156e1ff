from __future__ import annotations

from datetime import datetime

from django.db import transaction

from endpoints.models import Probe, ProbeState, Service
from endpoints.presented import compare, is_described
from endpoints.services.expect_presented import expect_presented
from endpoints.services.settle_probes import newest_probes, settle_probes
from pki.probe.compare import is_different


@transaction.atomic
def recompare_probes(*, service: Service, moment: datetime) -> None:
    """Compare what was seen last with what the service should present now; nobody is asked.

    A new description, an intermediate that arrived or an anchor that went changes what a probe says,
    though the server presents what it did.
    """
    expected = None
    for probe in newest_probes(service):
        if not probe.presented or not _is_of(probe, service):
            continue
        expected = expected or expect_presented(service, moment=moment)
        if probe.presented["expected"] != expected:
            compare_with(probe, expected)
    settle_probes(service_id=service.pk)


def _is_of(probe: Probe, service: Service) -> bool:
    """Whether the probe spoke the protocol that the service speaks now."""
    return bool(probe.presented.get("tls")) == service.speaks_tls


def compare_with(probe: Probe, expected: dict[str, object]) -> None:
    """Compare a probe that saw something with what should have been seen, and write it down."""
    probe.presented["expected"] = expected
    found = compare(probe.presented)
    probe.differences = [one.to_json() for one in found]
    probe.state = ProbeState.DIFFERENT if is_different(found) else ProbeState.SAME
    if not is_described(probe.presented):
        probe.state = ProbeState.SEEN
    probe.save(update_fields=["presented", "differences", "state"])
