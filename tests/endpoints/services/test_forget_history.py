"""What was rehearsed and probed is forgotten after a while; how it was last stays."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from endpoints.models import Account, Probe, ProbeState, Rehearsal, Service
from endpoints.services import forget_history as module
from endpoints.services.forget_history import forget_history
from jobs.models import Job
from jobs.services.request_job import request_job
from jobs.services.work_job import work_job
from pkiadmin.env import read_env
from tests.endpoints.conftest import AccountOf, ServiceOf

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def rehearsed(service: Service, account: Account | None, days: float) -> Rehearsal:
    return Rehearsal.objects.create(
        service=service,
        account=account,
        accepted=True,
        outcome={},
        made_at=days_ago(days),
        token=str(uuid.uuid4()),
    )


def probed(service: Service, host: str, days: float, state: str = "same", **more: Any) -> Probe:
    told = {"port": service.port, "asked_at": days_ago(days), **more}
    return Probe.objects.create(service=service, host=host, state=state, **told)


def test_the_newest_rehearsal_of_each_side_stays(
    service_of: ServiceOf, account_of: AccountOf
) -> None:
    services = [service_of(name, f"{name}.example", protocol="https") for name in ("a", "b")]
    accounts = [account_of(name) for name in ("alice", "bob")]
    kept, gone = [], []
    for service in services:
        for account in (*accounts, None):
            gone += [rehearsed(service, account, days) for days in (300, 200)]
            kept.append(rehearsed(service, account, 100))
    kept += [rehearsed(services[0], accounts[0], days) for days in (89, 1)]
    # With a newer one, the one of 100 days has had its time as well.
    gone.append(kept.pop(0))
    assert forget_history(before=days_ago(90)) == {"rehearsals": len(gone), "probes": 0}
    assert set(Rehearsal.objects.all()) == set(kept)
    assert forget_history(before=days_ago(90)) == {"rehearsals": 0, "probes": 0}


def test_two_of_one_moment_leave_one(service_of: ServiceOf) -> None:
    service = service_of("a", "a.example", protocol="https")
    _, last = rehearsed(service, None, 100), rehearsed(service, None, 100)
    forget_history(before=days_ago(90))
    assert Rehearsal.objects.get() == last


def test_the_newest_probe_of_each_address_that_is_there_stays(service_of: ServiceOf) -> None:
    service = service_of("a", "a.example", "b.example", protocol="https")
    other = service_of("c", "a.example", protocol="https")
    kept = [
        probed(service, "a.example", 100),
        probed(service, "b.example", 150, ProbeState.UNREACHABLE),
        probed(other, "a.example", 200),
        probed(service, "b.example", 400, ProbeState.RUNNING, asked_at=days_ago(1)),
        probed(service, "gone.example", 10),
    ]
    for days in (101, 300):
        probed(service, "a.example", days)
        probed(service, "b.example", days + 100)
        probed(service, "gone.example", days)
    probed(service, "a.example", 95, port=8443)
    probed(service, "a.example", 120, ProbeState.RUNNING)
    assert forget_history(before=days_ago(90)) == {"rehearsals": 0, "probes": 8}
    assert set(Probe.objects.all()) == set(kept)


def test_it_runs_as_a_job_in_chunks_and_as_long_as_the_site_says(
    service_of: ServiceOf, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    settings.HISTORY_KEPT = timedelta(days=30)
    service = service_of("a", "a.example", protocol="https")
    for days in (29, 31, 40, 50, 60, 70):
        rehearsed(service, None, days)
        probed(service, "a.example", days)
    job = request_job(kind="forget_history")
    assert work_job(job_id=job.pk)
    done = Job.objects.get(pk=job.pk)
    assert (done.result, done.done) == ({"rehearsals": 5, "probes": 5}, 10)
    assert Rehearsal.objects.count() == Probe.objects.count() == 1


def test_how_long_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PKIADMIN_HISTORY_DAYS", raising=False)
    assert read_env().history_days == 90
    monkeypatch.setenv("PKIADMIN_HISTORY_DAYS", "365")
    assert read_env().history_days == 365


@pytest.mark.parametrize("said", ["0", "-1", "ten", "36501", "9" * 5000, "1.5", ""])
def test_what_is_no_number_of_days_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("PKIADMIN_HISTORY_DAYS", said)
    with pytest.raises(ImproperlyConfigured, match=r"PKIADMIN_HISTORY_DAYS: .* from 1 to 36500"):
        read_env()
