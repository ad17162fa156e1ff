"""A disk without room: a page that says so, nothing kept in part, and all well when there is room again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from audit.services.verify_audit import verify_audit
from certificates.models import Certificate, ImportUpload, Label
from certificates.services.request_import import request_import
from certificates.specs import Upload
from jobs.models import Job, JobState
from jobs.services.sweep_jobs import sweep_jobs
from jobs.services.work_job import work_job
from tests.pki.chains import make_ca, make_leaf

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" in settings.DATABASES["default"]["ENGINE"],
        reason="the size of a PostgreSQL server's disk is not ours to bound",
    ),
]

LARGE = "x" * 2_000_000


@pytest.fixture
def disk() -> Iterator[Callable[[bool], None]]:
    """`disk(True)`: no page can be added to the database any more, as on a disk without room."""

    def bound(full: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA page_count")
            count = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {count if full else 2**30}")

    yield bound
    bound(False)


def counted() -> dict[str, int]:
    models = (Job, ImportUpload, AuditEvent, Certificate, Label)
    return {model.__name__: model.objects.count() for model in models}


def test_what_comes_in_while_the_disk_is_full_is_refused_whole(
    client_for: Callable[..., Client], disk: Callable[[bool], None]
) -> None:
    client = client_for("operator")
    client.raise_request_exception = False
    before = counted()
    disk(True)
    form = {"pasted": LARGE, "token": str(uuid.uuid4())}
    answer = client.post(reverse("certificates:import"), form)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "<h1>The disk is full</h1>" in page
    assert "not even in part" in page
    assert answer["Retry-After"]
    assert counted() == before
    # What is there can be read meanwhile.
    assert client.get(reverse("certificates:certificates")).status_code == 200
    disk(False)
    assert client.post(reverse("certificates:import"), form).status_code == 302
    assert ImportUpload.objects.count() == before["ImportUpload"] + 1
    assert verify_audit().first_bad is None


def test_a_job_waits_until_there_is_room_again(disk: Callable[[bool], None]) -> None:
    root = make_ca("Full root")
    leaves = b"".join(make_leaf(f"{number}.full.example", root).pem for number in range(60))
    upload = Upload(name="full.pem", content=leaves)
    job = request_import(actor=None, files=[upload], token=uuid.uuid4())
    disk(True)
    assert not work_job(job_id=job.pk)
    job.refresh_from_db()
    assert not job.has_ended
    assert not Certificate.objects.exists()
    disk(False)
    assert job.lease_until is not None
    sweep_jobs(now=job.lease_until.replace(year=job.lease_until.year + 1))
    assert work_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert Certificate.objects.count() == 60


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        (ValueError("database or disk is full"), 500, "Something went wrong here"),
        (OperationalError("connection refused"), 503, "Not at the moment"),
        (OperationalError("no such column: x"), 500, "Something went wrong here"),
        (OSError(28, "No space left on device"), 503, "The disk is full"),
    ],
    ids=["a bug", "database away", "schema of another version", "no space"],
)
def test_a_fault_is_told_by_what_it_is(
    client_for: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    status: int,
    title: str,
) -> None:
    client = client_for("operator")
    client.raise_request_exception = False

    def fails(*args: Any, **options: Any) -> Any:
        raise fault

    broken = SimpleNamespace(page=fails)
    monkeypatch.setattr("certificates.views.certificates.CERTIFICATES", broken)
    answer = client.get(reverse("certificates:certificates"))
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.content.decode()
