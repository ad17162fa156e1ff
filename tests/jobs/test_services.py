from __future__ import annotations

import logging
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from jobs.errors import JobCancelled, JobFailure, LeaseLost
from jobs.lease import WAITS_FOR_PARTS, Lease, RunResult
from jobs.messages import messages_waiting
from jobs.models import Job, JobState
from jobs.services.cancel_job import cancel_job
from jobs.services.claim_job import claim_job
from jobs.services.end_job import end_job
from jobs.services.finish_job import finish_job
from jobs.services.prune_jobs import prune_jobs
from jobs.services.request_job import request_job
from jobs.services.request_parts import Part, request_parts
from jobs.services.rerun_job import rerun_job
from jobs.services.sweep_jobs import MOST_ATTEMPTS, sweep_jobs
from jobs.services.tick import tick
from jobs.services.work_job import work_job

pytestmark = pytest.mark.django_db

Kinds = dict[str, Any]


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def claimed(job: Job) -> Lease:
    lease = claim_job(job_id=job.pk, now=timezone.now())
    assert lease is not None
    return lease


# -- asking ----------------------------------------------------------------------------------------


def test_the_message_goes_out_only_when_the_act_is_committed(
    kinds: Kinds, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        request_job(kind="count")
        assert messages_waiting() == 0
    assert len(callbacks) == 1
    assert messages_waiting() == 1


def test_an_act_that_is_rolled_back_leaves_no_job(kinds: Kinds) -> None:
    with transaction.atomic():
        request_job(kind="count")
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_broker_that_is_away_fails_no_request(
    kinds: Kinds, django_capture_on_commit_callbacks: Any, broker_away: None
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = request_job(kind="count")
    assert fresh(job).state == JobState.QUEUED
    assert fresh(job).sent_at is None


def test_a_single_kind_gives_the_job_that_waits(kinds: Kinds) -> None:
    first = request_job(kind="alone")
    assert request_job(kind="alone") == first
    claimed(first)
    assert request_job(kind="alone") != first


def test_two_schedulers_ask_for_one_job_in_each_turn(kinds: Kinds) -> None:
    now = datetime(2026, 1, 1, 12, 0, 10, tzinfo=UTC)
    first = tick(name="count", now=now)
    kinds["count"] = lambda lease: {}
    work_job(job_id=first.pk)
    assert tick(name="count", now=now + timedelta(seconds=30)) == first
    assert tick(name="count", now=now + timedelta(minutes=5)) != first


@transaction.atomic
def effect_and_progress(lease: Lease) -> None:
    """What a run does at each step: write, then say how far it is."""
    request_job(kind="after")
    lease.advance(done=lease.checkpoint + 1)


# -- doing -----------------------------------------------------------------------------------------


def test_a_job_is_done_with_its_result_and_asks_for_what_follows(kinds: Kinds) -> None:
    def count(lease: Lease) -> RunResult:
        lease.advance(done=lease.params["to"], total=lease.params["to"])
        return {"counted": lease.params["to"]}

    kinds["count"] = count
    job = request_job(kind="count", params={"to": 3})
    assert work_job(job_id=job.pk)
    job = fresh(job)
    assert (job.state, job.result, job.done, job.total) == ("done", {"counted": 3}, 3, 3)
    assert job.lease_token is None
    assert job.ended_at is not None
    assert Job.objects.queued().get().kind == "after"


def test_a_second_message_finds_nothing_to_do(kinds: Kinds) -> None:
    kinds["count"] = lambda lease: {}
    job = request_job(kind="count")
    assert work_job(job_id=job.pk)
    assert not work_job(job_id=job.pk)
    assert not work_job(job_id=uuid.uuid4())


def test_an_expected_failure_keeps_its_code_and_asks_for_nothing(kinds: Kinds) -> None:
    def refuse(lease: Lease) -> RunResult:
        raise JobFailure("import.nothing_found", name="empty.pem")

    kinds["count"] = refuse
    job = request_job(kind="count")
    work_job(job_id=job.pk)
    job = fresh(job)
    assert (job.state, job.error_code) == ("failed", "import.nothing_found")
    assert job.error_data == {"name": "empty.pem"}
    assert not Job.objects.queued().exists()


def test_a_fault_is_another_end_and_its_traceback_is_in_the_log_alone(
    kinds: Kinds, caplog: pytest.LogCaptureFixture
) -> None:
    def fall(lease: Lease) -> RunResult:
        raise ZeroDivisionError("the details")

    kinds["count"] = fall
    job = request_job(kind="count")
    with caplog.at_level(logging.ERROR):
        work_job(job_id=job.pk)
    job = fresh(job)
    assert (job.state, job.error_code) == ("broken", "job.broken")
    assert job.error_data == {"exception": "ZeroDivisionError"}
    assert "the details" in caplog.text


def test_a_lost_database_leaves_the_job_to_the_sweep(kinds: Kinds) -> None:
    def lose(lease: Lease) -> RunResult:
        raise OperationalError("disk I/O error")

    kinds["count"] = lose
    job = request_job(kind="count")
    assert not work_job(job_id=job.pk)
    assert fresh(job).state == JobState.RUNNING
    sweep_jobs(now=timezone.now() + timedelta(seconds=61))
    assert fresh(job).state == JobState.QUEUED


def test_a_worker_whose_lease_passed_to_another_writes_nothing(kinds: Kinds) -> None:
    job = request_job(kind="count")
    old = claimed(job)
    sweep_jobs(now=timezone.now() + timedelta(seconds=61))
    new = claimed(job)
    with pytest.raises(LeaseLost):
        effect_and_progress(old)
    assert not Job.objects.filter(kind="after").exists()
    with pytest.raises(LeaseLost):
        finish_job(lease=old, result={})
    new.advance(done=1)


def test_a_job_goes_on_where_the_last_worker_stopped(kinds: Kinds) -> None:
    job = request_job(kind="count", total=10)
    claimed(job).advance(done=4)
    sweep_jobs(now=timezone.now() + timedelta(seconds=61))
    assert claimed(job).checkpoint == 4


def test_progress_renews_the_lease(kinds: Kinds) -> None:
    job = request_job(kind="count")
    lease = claim_job(job_id=job.pk, now=timezone.now() - timedelta(seconds=59))
    assert lease is not None
    lease.renew()
    sweep_jobs(now=timezone.now() + timedelta(seconds=30))
    assert fresh(job).state == JobState.RUNNING


# -- ending early, and again -------------------------------------------------------------------------


def test_a_waiting_job_is_cancelled_at_once(kinds: Kinds) -> None:
    job = request_job(kind="count")
    assert cancel_job(job=job)
    assert fresh(job).state == JobState.CANCELLED
    assert not cancel_job(job=job)
    assert not work_job(job_id=job.pk)


def test_a_running_job_is_cancelled_at_its_next_step_and_the_step_is_undone(kinds: Kinds) -> None:
    def count(lease: Lease) -> RunResult:
        lease.advance(done=1)
        cancel_job(job=Job.objects.get(pk=lease.job_id))
        effect_and_progress(lease)
        return {}

    kinds["count"] = count
    job = request_job(kind="count")
    work_job(job_id=job.pk)
    assert (fresh(job).state, fresh(job).done) == (JobState.CANCELLED, 1)
    assert not Job.objects.filter(kind="after").exists()


def test_a_cancelled_job_whose_worker_died_ends(kinds: Kinds) -> None:
    job = request_job(kind="count")
    claimed(job)
    cancel_job(job=job)
    sweep_jobs(now=timezone.now() + timedelta(seconds=61))
    assert fresh(job).state == JobState.CANCELLED


def test_a_failed_job_runs_again_from_its_checkpoint_and_a_second_press_does_nothing(
    kinds: Kinds,
) -> None:
    job = request_job(kind="count")
    lease = claimed(job)
    lease.advance(done=4)
    end_job(lease=lease, state=JobState.FAILED, error_code="x")
    assert rerun_job(job=job)
    assert not rerun_job(job=job)
    assert (fresh(job).state, fresh(job).error_code) == (JobState.QUEUED, "")
    assert claimed(job).checkpoint == 4


def test_a_job_that_is_done_runs_again_from_the_beginning(kinds: Kinds) -> None:
    job = request_job(kind="count")
    lease = claimed(job)
    lease.advance(done=4)
    finish_job(lease=lease, result={"counted": 4})
    assert rerun_job(job=job)
    assert claimed(job).checkpoint == 0
    assert fresh(job).result == {}


# -- the sweep ---------------------------------------------------------------------------------------


def test_a_job_that_keeps_killing_its_workers_is_given_up(kinds: Kinds) -> None:
    job = request_job(kind="count")
    later = timezone.now()
    for _ in range(MOST_ATTEMPTS):
        assert claim_job(job_id=job.pk, now=later)
        later += timedelta(seconds=61)
        sweep_jobs(now=later)
    assert (fresh(job).state, fresh(job).error_code) == ("broken", "job.too_many_attempts")


@pytest.mark.django_db(transaction=True)
def test_an_emptied_broker_loses_none_of_a_thousand_jobs(kinds: Kinds, broker: Any) -> None:
    import redis

    with transaction.atomic():
        for _ in range(1000):
            request_job(kind="count")
    assert messages_waiting() == 1000
    with redis.Redis(unix_socket_path=str(broker)) as valkey:
        valkey.flushall()
    later = timezone.now() + timedelta(seconds=30)
    sweep_jobs(now=later)
    sweep_jobs(now=later)
    assert messages_waiting() == 1000
    sweep_jobs(now=later + timedelta(minutes=5))
    assert messages_waiting() == 1000, "a long queue is no loss: nothing is sent twice"


@pytest.mark.django_db(transaction=True)
def test_the_questions_of_the_schedule_hide_no_lost_message(kinds: Kinds, broker: Any) -> None:
    """A sweep comes with the ticks of the schedule, and they wait in front of the same workers."""
    import redis

    request_job(kind="count")
    with redis.Redis(unix_socket_path=str(broker)) as valkey:
        valkey.flushall()
    for _ in range(10):
        current_app.send_task("jobs.tick", args=["count"])
    assert messages_waiting() == 0
    sweep_jobs(now=timezone.now() + timedelta(seconds=30))
    assert messages_waiting() == 1


# -- parts ---------------------------------------------------------------------------------------------


def divide(kinds: Kinds, count: int = 3) -> Job:
    def whole(lease: Lease) -> RunResult:
        request_parts(
            lease=lease,
            kind="part",
            parts=[Part(params={"number": number}, total=10) for number in range(count)],
            result={"stores": 1},
        )
        return WAITS_FOR_PARTS

    kinds["whole"] = whole
    kinds["part"] = do_part
    job = request_job(kind="whole")
    assert work_job(job_id=job.pk)
    return job


def do_part(lease: Lease) -> RunResult:
    lease.advance(done=10)
    return {"trusted": 2, "number": str(lease.params["number"])}


def test_the_last_part_ends_the_whole(kinds: Kinds) -> None:
    whole = divide(kinds)
    first, second, third = whole.parts.order_by("created_at", "pk")
    work_job(job_id=first.pk)
    work_job(job_id=third.pk)
    assert fresh(whole).state == JobState.RUNNING
    assert (fresh(whole).progress.done, fresh(whole).progress.total) == (20, 30)
    work_job(job_id=second.pk)
    ended = fresh(whole)
    assert (ended.state, ended.done, ended.total) == (JobState.DONE, 30, 30)
    assert ended.result == {"stores": 1, "trusted": 6}
    assert Job.objects.queued().get().kind == "after"


def test_a_whole_without_parts_ends(kinds: Kinds) -> None:
    assert fresh(divide(kinds, count=0)).state == JobState.DONE


def test_the_sweep_leaves_a_whole_that_waits(kinds: Kinds) -> None:
    whole = divide(kinds)
    sweep_jobs(now=timezone.now() + timedelta(hours=1))
    assert fresh(whole).waits_for_parts


def test_a_failed_part_is_the_reason_after_all_have_ended(kinds: Kinds) -> None:
    whole = divide(kinds)

    def part(lease: Lease) -> RunResult:
        if lease.params["number"] == 1:
            raise JobFailure("part.refused", number=1)
        return do_part(lease)

    kinds["part"] = part
    for job in whole.parts.all():
        work_job(job_id=job.pk)
    ended = fresh(whole)
    assert (ended.state, ended.error_code, ended.error_data) == (
        "failed",
        "part.refused",
        {"number": 1},
    )
    kinds["part"] = do_part
    assert rerun_job(job=whole)
    assert Job.objects.queued().get().params == {"number": 1}, "only what did not end well"
    work_job(job_id=Job.objects.queued().get().pk)
    assert fresh(whole).state == JobState.DONE
    assert fresh(whole).result["trusted"] == 6


def test_cancelling_the_whole_cancels_its_parts(kinds: Kinds) -> None:
    whole = divide(kinds)
    running = whole.parts.all()[0]
    lease = claimed(running)
    cancel_job(job=whole)
    assert fresh(whole).state == JobState.RUNNING
    with pytest.raises(JobCancelled):
        lease.advance(done=1)
    end_job(lease=lease, state=JobState.CANCELLED)
    assert fresh(whole).state == JobState.CANCELLED
    assert {part.state for part in whole.parts.all()} == {"cancelled"}


# -- forgetting ------------------------------------------------------------------------------------------


def test_old_ended_jobs_and_idle_turns_are_forgotten(kinds: Kinds) -> None:
    now = timezone.now()
    kinds["count"] = lambda lease: {}
    turn = tick(name="count", now=now)
    asked = request_job(kind="count")
    for job in (turn, asked):
        work_job(job_id=job.pk)
    assert fresh(turn).idle
    assert not fresh(asked).idle
    waiting = Job.objects.filter(kind="after").get()
    assert prune_jobs(now=now + timedelta(days=2)) == 1
    assert prune_jobs(now=now + timedelta(days=31)) == 1
    assert list(Job.objects.all()) == [waiting]


# -- races -------------------------------------------------------------------------------------------------


def in_threads(count: int, act: Any) -> list[Any]:
    """Call `act` in so many threads at the same moment, each with its own connection."""
    results: list[Any] = []
    barrier = threading.Barrier(count)

    def body(number: int) -> None:
        barrier.wait()
        try:
            results.append(act(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=body, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == count
    return results


@pytest.mark.django_db(transaction=True)
def test_one_message_delivered_ten_times_at_once_has_one_effect(kinds: Kinds) -> None:
    effects: list[uuid.UUID] = []

    def note(lease: Lease) -> RunResult:
        effects.append(lease.job_id)
        return {}

    kinds["count"] = note
    job = request_job(kind="count")
    results = in_threads(10, lambda _: work_job(job_id=job.pk))
    assert sorted(results) == [False] * 9 + [True]
    assert effects == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_ten_parts_that_end_at_once_end_the_whole_once(kinds: Kinds) -> None:
    whole = divide(kinds, count=10)
    parts = list(whole.parts.all())
    in_threads(10, lambda number: work_job(job_id=parts[number].pk))
    assert fresh(whole).state == JobState.DONE
    assert fresh(whole).result["trusted"] == 20
    assert Job.objects.filter(kind="after").count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_schedulers_at_once_ask_for_one_job(kinds: Kinds) -> None:
    now = timezone.now()
    made = in_threads(10, lambda _: tick(name="count", now=now).pk)
    assert len(set(made)) == 1
    assert Job.objects.count() == 1
