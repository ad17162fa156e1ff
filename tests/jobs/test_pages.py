from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from jobs.errors import JobFailure
from jobs.kinds import Scheduled
from jobs.lease import Lease, RunResult
from jobs.models import Job, JobState
from jobs.services.claim_job import claim_job
from jobs.services.request_job import request_job
from jobs.services.tick import tick
from jobs.services.work_job import work_job
from jobs.views.schedule import in_words, next_turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client_for: Callable[..., Any]) -> Client:
    client: Client = client_for("operator")
    return client


def shown(client: Client, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers or None)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_leaves_turns_with_nothing_to_do_out_until_asked(
    kinds: dict[str, Any], operator: Client
) -> None:
    kinds["count"] = lambda lease: {}
    work_job(job_id=tick(name="count", now=timezone.now()).pk)
    request_job(kind="whole", title="The whole of it")
    page = shown(operator, reverse("jobs:jobs"))
    assert "The whole of it" in page
    rows = page.partition('id="list"')[2]
    assert "Counting" not in rows
    assert "Counting" in shown(operator, reverse("jobs:jobs") + "?idle=all").partition("<tbody")[2]


def test_the_list_is_filtered_by_state(kinds: dict[str, Any], operator: Client) -> None:
    request_job(kind="count", title="waits")
    job = request_job(kind="count", title="runs")
    claim_job(job_id=job.pk, now=timezone.now())
    rows = shown(operator, reverse("jobs:jobs") + "?state=running").partition('id="list"')[2]
    assert "runs" in rows
    assert "waits" not in rows


def test_a_running_job_is_polled_and_an_ended_one_is_not(
    kinds: dict[str, Any], operator: Client
) -> None:
    kinds["count"] = lambda lease: {"counted": 4}
    job = request_job(kind="count", total=8)
    lease = claim_job(job_id=job.pk, now=timezone.now())
    assert lease is not None
    lease.advance(done=2)
    fragment = shown(operator, job.get_absolute_url(), **{"HX-Request": "true"})
    assert "<html" not in fragment
    assert "hx-trigger" in fragment
    assert 'value="2"' in fragment
    Job.objects.update(state=JobState.QUEUED)
    work_job(job_id=job.pk)
    page = shown(operator, job.get_absolute_url())
    assert 'hx-trigger="every' not in page
    assert "Counted" in page


def test_a_failed_job_says_why_and_is_run_again_by_a_button(
    kinds: dict[str, Any], operator: Client
) -> None:
    def fail(lease: Lease) -> RunResult:
        raise JobFailure("job.unknown_kind", kind="<i>odd</i>")

    kinds["count"] = fail
    job = request_job(kind="count")
    work_job(job_id=job.pk)
    page = shown(operator, job.get_absolute_url())
    assert "does not know jobs of the kind" in page
    assert "<i>odd" not in page
    again = reverse("jobs:rerun", args=[job.pk])
    assert again in page
    operator.post(again)
    operator.post(again)
    assert Job.objects.get(pk=job.pk).state == JobState.QUEUED
    assert [event.action for event in AuditEvent.objects.all()] == ["job.rerun"]


def test_a_job_is_cancelled_by_a_button_and_the_act_is_recorded(
    kinds: dict[str, Any], operator: Client
) -> None:
    job = request_job(kind="count")
    operator.post(reverse("jobs:cancel", args=[job.pk]))
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert AuditEvent.objects.get().action == "job.cancelled"


def test_who_may_not_sees_no_button(kinds: dict[str, Any], client_for: Callable[..., Any]) -> None:
    job = request_job(kind="count")
    auditor = client_for("auditor")
    assert "/cancel/" not in shown(auditor, job.get_absolute_url())
    assert "/run/" not in shown(auditor, reverse("jobs:schedule"))


def test_the_schedule_tells_the_last_and_the_next_run_and_runs_ahead_of_it(
    kinds: dict[str, Any], operator: Client
) -> None:
    page = shown(operator, reverse("jobs:schedule"))
    assert "Does it alone." in page
    assert "every 5 minutes" in page
    assert page.count("Run now") == 2
    operator.post(reverse("jobs:run_now", args=["alone"]))
    operator.post(reverse("jobs:run_now", args=["alone"]))
    assert Job.objects.get().kind == "alone"
    assert shown(operator, reverse("jobs:schedule")).count("Run now") == 1
    kinds["alone"] = lambda lease: {}
    work_job(job_id=Job.objects.get().pk)
    assert 'data-state="done"' in shown(operator, reverse("jobs:schedule"))
    assert operator.post(reverse("jobs:run_now", args=["nothing"])).status_code == 404


def test_turns_begin_on_the_slots_of_the_epoch() -> None:
    scheduled = Scheduled(kind="x", every=timedelta(minutes=5), says="")
    now = timezone.now()
    turn = next_turn(scheduled, now)
    assert now < turn <= now + timedelta(minutes=5)
    assert turn.timestamp() % 300 == 0


def test_intervals_in_words() -> None:
    assert in_words(timedelta(minutes=1)) == "every minute"
    assert in_words(timedelta(hours=6)) == "every 6 hours"
    assert in_words(timedelta(seconds=90)) == "every 90 seconds"
