from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from endpoints.models import Probe, ProbeState
from endpoints.presented import compare, is_described
from endpoints.services.expect_presented import expect_presented
from endpoints.services.prune_probes import prune_probes
from endpoints.services.read_presented import read_presented
from endpoints.services.settle_probes import settle_probes
from jobs.errors import JobFailure
from jobs.lease import Lease
from pki.errors import ProbeFailed, ProbeRefused, SandboxKilled
from pki.probe.compare import is_different
from pki.probe.look import look_at
from pki.probe.values import ProbeLimits, ProbeProtocol, Target

# A worker's right to its job lasts a minute; the look must end, and be renewed, well within it.
LIMITS = ProbeLimits(seconds=25.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    state: ProbeState
    address: str = ""
    presented: dict[str, Any] = field(default_factory=dict)
    differences: list[dict[str, object]] = field(default_factory=list)
    pem: str = ""
    error_code: str = ""
    error_data: dict[str, str | int] = field(default_factory=dict)


def run_probe(*, lease: Lease) -> dict[str, Any]:
    """Look at a service and write down what it presents, or why nothing was seen.

    A service that cannot be reached is an answer, not a failed job: the service's page tells it.
    """
    probe = (
        Probe.objects.filter(pk=lease.params["probe_id"])
        .select_related("service__certificate__encoded")
        .first()
    )
    if probe is None:
        raise JobFailure("probe.gone")
    outcome = _look(probe, lease)
    with transaction.atomic():
        # By primary key alone: the service may have been deleted meanwhile, and its probes with it.
        Probe.objects.filter(pk=probe.pk).update(
            state=outcome.state,
            address=outcome.address,
            presented=outcome.presented,
            differences=outcome.differences,
            pem=outcome.pem,
            error_code=outcome.error_code,
            error_data=outcome.error_data,
            ended_at=timezone.now(),
        )
        settle_probes(service_id=probe.service_id)
        prune_probes(service_id=probe.service_id, host=probe.host)
        lease.advance(done=1, total=1)
    return {"state": str(outcome.state), "differences": len(outcome.differences)}


def _look(probe: Probe, lease: Lease) -> _Outcome:
    target = Target(
        protocol=ProbeProtocol(probe.service.protocol), host=probe.host, port=probe.port
    )
    try:
        seen = look_at(target, limits=LIMITS, allow=settings.INTERNAL_PROBE_HOSTS)
        lease.renew()
        read = read_presented(seen)
    except ProbeRefused as error:
        return _Outcome(
            state=ProbeState.REFUSED,
            address=str(error.data["address"]),
            error_code=f"closed_{error.data['why']}",
            error_data=error.data,
        )
    except ProbeFailed as error:
        return _Outcome(
            state=ProbeState.UNREACHABLE,
            address=str(error.data["address"]),
            error_code=str(error.data["why"]),
            error_data=error.data,
        )
    except SandboxKilled as error:
        return _Outcome(
            state=ProbeState.UNREACHABLE, error_code="sandbox_killed", error_data=error.data
        )
    lease.renew()
    presented = {
        **read.facts,
        "expected": expect_presented(probe.service, moment=timezone.now()),
    }
    differences = compare(presented)
    state = ProbeState.DIFFERENT if is_different(differences) else ProbeState.SAME
    return _Outcome(
        state=state if is_described(presented) else ProbeState.SEEN,
        address=seen.address,
        presented=presented,
        differences=[one.to_json() for one in differences],
        pem=read.text,
    )
