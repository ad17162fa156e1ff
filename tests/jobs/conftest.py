from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jobs.kinds import JobKind, Scheduled
from jobs.lease import Lease, RunResult

RUNS: dict[str, Callable[[Lease], RunResult]] = {}


def run(lease: Lease) -> RunResult:
    """What the test put in; the kind's table names this function by its path."""
    return RUNS[lease.kind](lease)


@pytest.fixture
def kinds(settings: Any) -> dict[str, Callable[[Lease], RunResult]]:
    """A table of kinds for the test, and the functions that they run."""
    here = f"{__name__}.run"
    settings.JOB_KINDS = {
        "count": JobKind(title="Counting", run=here, then=("after",)),
        "after": JobKind(title="What follows", run=here, single=True),
        "whole": JobKind(title="A whole", run=here, then=("after",)),
        "part": JobKind(title="A part", run=here, hidden=True),
        "alone": JobKind(title="Alone", run=here, single=True),
    }
    settings.SCHEDULE = {
        "alone": Scheduled(kind="alone", every=timedelta(minutes=1), says="Does it alone."),
        "count": Scheduled(kind="count", every=timedelta(minutes=5), says="Counts."),
    }
    RUNS.clear()
    return RUNS


@pytest.fixture
def broker_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Messages go to a socket at which nobody listens."""
    from celery import current_app

    monkeypatch.setattr(current_app, "_pool", None)
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    monkeypatch.setitem(current_app.conf, "broker_url", f"redis+socket://{tmp_path}/nobody.sock")
    monkeypatch.setitem(
        current_app.conf, "broker_write_url", f"redis+socket://{tmp_path}/nobody.sock"
    )
