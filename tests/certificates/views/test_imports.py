"""The import form and what became of an import."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate, Crl, ImportUpload
from certificates.services import import_uploads as module
from jobs.models import Job
from jobs.services.work_job import work_job
from pki.limits import Limits
from tests.certificates.conftest import imported, made, pem, requested

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]
IMPORT = reverse("certificates:import")
VECTORS = Path(cryptography_vectors.__file__).parent


@pytest.fixture
def operator(client_for: Callable[..., Client]) -> Client:
    return client_for("operator")


def test_files_and_pasted_text_become_one_import(operator: Client) -> None:
    answer = operator.post(
        IMPORT,
        {
            "uploads": [
                SimpleUploadedFile("a.pem", pem(made("a"))),
                SimpleUploadedFile("b.cer", made("b")),
            ],
            "pasted": "text before\n" + pem(made("c")).decode(),
            "token": str(uuid.uuid4()),
        },
    )

    job = Job.objects.get()
    assert answer["Location"] == reverse("certificates:import_result", args=[job.pk])
    work_job(job_id=job.pk)
    assert {one.cn for one in Certificate.objects.all()} == {"a", "b", "c"}
    html = operator.get(answer["Location"]).content.decode()
    assert "Line 2" in html
    assert "in <bdi" in html, "which of the files"


def test_a_form_that_is_sent_twice_makes_one_import(operator: Client) -> None:
    data = {"pasted": pem(made("a")).decode(), "token": str(uuid.uuid4())}

    first, again = operator.post(IMPORT, data), operator.post(IMPORT, data)

    assert first["Location"] == again["Location"]
    assert ImportUpload.objects.count() == 1


def test_an_empty_form_says_what_is_missing(operator: Client) -> None:
    answer = operator.post(IMPORT, {"pasted": "  ", "token": ""})

    assert answer.status_code == 400
    assert "Choose a file or paste text" in answer.content.decode()
    assert not Job.objects.exists()


def test_it_names_the_limit_of_an_upload(operator: Client, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000

    both = operator.post(
        IMPORT,
        {"uploads": [SimpleUploadedFile("a.pem", b"a" * 900)], "pasted": "b" * 200},
    )
    large = operator.post(IMPORT, {"uploads": [SimpleUploadedFile("a.pem", b"a" * 2000)]})

    for answer in (both, large):
        assert answer.status_code == 400
        assert "1000 bytes" in answer.content.decode()
    assert not ImportUpload.objects.exists()


def test_it_shows_every_block_with_its_line_and_reason(operator: Client) -> None:
    text = pem(made("a.test")) + b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"
    text += pem(made("a.test")) + pem(b"0" * 30, "PRIVATE KEY")
    job = imported(text)
    url = reverse("certificates:import_result", args=[job.pk])

    html = operator.get(url).content.decode()
    rejected = operator.get(url, {"outcome": "rejected"}).content.decode()

    assert Certificate.objects.get().get_absolute_url() in html
    assert "This is a private key. It was not read and is not kept." in html
    assert rejected.count('data-label="Block"') == 2
    assert Certificate.objects.get().get_absolute_url() not in rejected


def test_it_is_polled_only_while_it_runs(operator: Client) -> None:
    job = requested(pem(made("a")))
    url = reverse("certificates:import_result", args=[job.pk])
    assert 'hx-trigger="every 1s"' in operator.get(url).content.decode()

    fragment = operator.get(url, headers={"HX-Request": "true", "HX-Target": "import"})
    assert b"<html" not in fragment.content
    assert b'id="import"' in fragment.content

    work_job(job_id=job.pk)
    assert 'hx-trigger="every 1s"' not in operator.get(url).content.decode()


def test_a_failed_import_says_why_and_can_be_run_again(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEFAULT", Limits(blocks=1))
    job = imported(pem(made("a")) + pem(made("b")))
    url = reverse("certificates:import_result", args=[job.pk])

    html = operator.get(url).content.decode()
    assert "the most is 1" in html
    assert reverse("jobs:rerun", args=[job.pk]) in html

    monkeypatch.setattr(module, "DEFAULT", Limits())
    operator.post(reverse("jobs:rerun", args=[job.pk]))
    work_job(job_id=job.pk)
    assert Certificate.objects.count() == 2


def test_it_pages_through_many_blocks(operator: Client) -> None:
    job = imported(b"".join(pem(made("a", serial=number + 1)) for number in range(120)))
    url = reverse("certificates:import_result", args=[job.pk])

    html = operator.get(url).content.decode()

    assert html.count('data-label="Block"') == 50
    assert 'rel="next"' in html


@pytest.mark.parametrize("role", ["anonymous", None, "auditor"])
def test_readers_import_nothing(client_for: Callable[..., Client], role: str | None) -> None:
    client = client_for(role)
    for answer in (client.get(IMPORT), client.post(IMPORT, {"pasted": "x"})):
        assert answer.status_code == (302 if role == "anonymous" else 403)
    assert not Job.objects.exists()


def test_the_result_of_another_kind_of_job_is_no_import(operator: Client) -> None:
    job = Job.objects.create(kind="validate", title="x", created_at=made_at())
    assert operator.get(reverse("certificates:import_result", args=[job.pk])).status_code == 404


def made_at() -> Any:
    from django.utils import timezone

    return timezone.now()


@pytest.mark.timeout(300)
def test_no_page_of_any_object_of_the_corpus_fails(operator: Client) -> None:
    """Threat 12: whatever was imported, in whatever state, its pages answer."""
    files = [path for path in sorted(VECTORS.joinpath("x509").rglob("*")) if path.is_file()]
    files += [path for path in sorted(VECTORS.joinpath("pkcs7").rglob("*")) if path.is_file()]
    job = imported(*[path.read_bytes() for path in files])
    assert job.state == "done"
    assert Certificate.objects.count() > 500
    assert Crl.objects.count() > 150
    assert set(job.blocks.values_list("upload_number", flat=True)) == set(range(1, len(files) + 1))
    urls = [one.get_absolute_url() for one in (*Certificate.objects.all(), *Crl.objects.all())]
    urls += [f"{url}download/?form={form}" for url in urls[::7] for form in ("pem", "der")]

    answers = {}
    for number, url in enumerate(urls):
        # At +14 and -11, where the first and the last moments of all have no day to be in.
        zone = ("Pacific/Kiritimati", "Pacific/Pago_Pago")[number % 2]
        operator.cookies["zone"] = zone
        answers[url] = operator.get(url).status_code

    assert {url: status for url, status in answers.items() if status != 200} == {}
    url = reverse("certificates:import_result", args=[job.pk])
    for query in ({}, {"outcome": "rejected"}, {"last": "1"}):
        assert operator.get(url, query).status_code == 200
    assert operator.get("/certificates/", {"sort": "ends"}).status_code == 200
