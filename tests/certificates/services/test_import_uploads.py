"""Imports: what becomes of every block, and that nothing is lost or doubled on the way."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import certifi
import cryptography_vectors
import pytest
from django.utils import timezone

from audit.models import AuditEvent
from certificates.models import (
    AlternativeName,
    Certificate,
    CertificateDer,
    CertificateText,
    Crl,
    ImportBlock,
    ImportUpload,
)
from certificates.services import import_uploads as module
from certificates.services.request_import import request_import
from certificates.specs import Upload
from jobs.errors import JobFailure, LeaseLost
from jobs.models import Job
from jobs.services.rerun_job import rerun_job
from jobs.services.work_job import work_job
from pki.limits import Limits
from tests.certificates.conftest import (
    HereSandbox,
    imported,
    made,
    made_crl,
    outcomes,
    pem,
    requested,
    run_once,
)

pytestmark = pytest.mark.django_db
PKITS = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"


def test_it_says_what_became_of_every_block_by_line() -> None:
    text = b"noise\n" + pem(made("a.test")) + pem(made_crl("ca"), "X509 CRL")
    text += b"-----BEGIN CERTIFICATE-----\nMIIBroken\n-----END CERTIFICATE-----\n"
    text += pem(made("a.test"))

    job = imported(text)

    assert job.state == "done"
    assert outcomes(job) == [
        (1, "imported"),
        (2, "imported"),
        (3, "rejected"),
        (4, "duplicate"),
    ]
    blocks = list(job.blocks.order_by("number"))
    assert blocks[0].line == 2
    assert blocks[0].certificate == blocks[3].certificate == Certificate.objects.get()
    assert blocks[1].crl == Crl.objects.get()
    assert blocks[2].reason is not None
    assert blocks[2].reason["code"] == "block.bad_base64"
    assert job.result == {
        "imported": 2,
        "duplicate": 1,
        "rejected": 1,
        "new_certificates": 1,
        "new_crls": 1,
    }
    assert (job.done, job.total) == (4, 4)


def test_it_takes_the_bundle_of_certifi_whole() -> None:
    bundle = Path(certifi.where()).read_bytes()
    count = bundle.count(b"-----BEGIN CERTIFICATE-----")

    job = imported(bundle)

    assert job.result["new_certificates"] == count
    assert Certificate.objects.count() == CertificateDer.objects.count() == count
    assert CertificateText.objects.count() == count


# Their DSA keys inherit their parameters, which no loader of today takes.
UNREADABLE = {"DSAParametersInheritedCACert.crt", "ValidDSAParameterInheritanceTest5EE.crt"}


def test_it_takes_the_whole_of_pkits() -> None:
    certificates = {path.name: path.read_bytes() for path in sorted(PKITS.glob("certs/*.crt"))}
    crls = [path.read_bytes() for path in sorted(PKITS.glob("crls/*.crl"))]

    job = imported(
        b"".join(pem(der, "CERTIFICATE") for der in certificates.values())
        + b"".join(pem(der, "X509 CRL") for der in crls)
    )

    numbers = job.blocks.filter(outcome="rejected").values_list("number", flat=True)
    assert {list(certificates)[number - 1] for number in numbers} == UNREADABLE
    taken = {der for name, der in certificates.items() if name not in UNREADABLE}
    assert Certificate.objects.count() == len(taken) > 400
    assert Crl.objects.count() == len(set(crls)) > 170
    assert job.result["imported"] == len(taken) + len(set(crls))
    assert job.blocks.count() == len(certificates) + len(crls)


@pytest.mark.usefixtures("in_process")
def test_it_finds_known_certificates_again() -> None:
    text = pem(made("a.test")) + pem(made("b.test"))
    run_once(requested(text))
    before = set(Certificate.objects.values_list("pk", "sha256"))

    job = requested(text)
    result = run_once(job)

    assert result["duplicate"] == 2
    assert set(Certificate.objects.values_list("pk", "sha256")) == before
    assert {block.certificate_id for block in job.blocks.all()} == {pk for pk, _ in before}


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("lost_at", [1, 2, 3, 4])
def test_it_goes_on_where_a_killed_worker_stopped(
    monkeypatch: pytest.MonkeyPatch, lost_at: int
) -> None:
    names = [f"host-{number}.test" for number in range(7)]
    first, second = (
        b"".join(pem(made(name, names=(name,))) for name in part) for part in (names[:5], names[4:])
    )
    job = requested(first, second)
    monkeypatch.setattr(module, "_BLOCKS_PER_TRANSACTION", 2)
    monkeypatch.setattr(HereSandbox, "batch", 2)
    calls = Counted(module._written, lost_at)
    monkeypatch.setattr(module, "_written", calls)

    with pytest.raises(Killed):
        run_once(job)
    partly = job.blocks.count()
    assert partly == Job.objects.get(pk=job.pk).done
    Job.objects.filter(pk=job.pk).update(state="queued", lease_token=None, lease_until=None)
    result = run_once(job)

    assert partly < 8
    assert outcomes(job) == [
        *[(number, "imported") for number in range(1, 6)],
        (1, "duplicate"),
        (2, "imported"),
        (3, "imported"),
    ]
    assert result["new_certificates"] == Certificate.objects.count() == 7
    assert AlternativeName.objects.count() == CertificateText.objects.count() == 7
    assert AuditEvent.objects.filter(action="certificates.imported").count() == 1


class Killed(Exception):
    """Stands for a SIGKILL: nothing between it and the caller handles it."""


class Counted:
    def __init__(self, function: Callable[..., Any], killed_at: int) -> None:
        self.function = function
        self.left = killed_at

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.left -= 1
        written = self.function(*args, **kwargs)
        if self.left == 0:
            raise Killed
        return written


@pytest.mark.usefixtures("in_process")
def test_it_writes_nothing_once_another_worker_has_the_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = requested(pem(made("a.test")))
    opened = module._opened

    def taken_over(upload: ImportUpload) -> bytes:
        Job.objects.filter(pk=job.pk).update(lease_token=uuid.uuid4())
        return opened(upload)

    monkeypatch.setattr(module, "_opened", taken_over)

    with pytest.raises(LeaseLost):
        run_once(job)

    assert not Certificate.objects.exists()
    assert not ImportBlock.objects.exists()


@pytest.mark.usefixtures("in_process")
def test_it_keeps_uploads_sealed_and_only_until_they_are_read() -> None:
    text = pem(made("a.test"))
    job = requested(text)
    sealed = bytes(ImportUpload.objects.get(job=job).sealed)
    assert b"CERTIFICATE" not in sealed
    assert len(sealed) > len(text)

    run_once(job)

    assert bytes(ImportUpload.objects.get(job=job).sealed) == b""


@pytest.mark.usefixtures("in_process")
def test_it_gives_the_same_result_when_a_finished_import_is_run_again() -> None:
    job = imported(pem(made("a.test")))
    result = job.result

    assert rerun_job(job=job)
    work_job(job_id=job.pk)
    job.refresh_from_db()

    assert job.state == "done"
    assert job.result == result
    assert AuditEvent.objects.filter(action="certificates.imported").count() == 1


@pytest.mark.usefixtures("in_process")
def test_it_names_the_limit_that_was_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEFAULT", Limits(blocks=1))
    job = requested(pem(made("a.test")) + pem(made("b.test")))

    with pytest.raises(JobFailure) as failure:
        run_once(job)

    assert failure.value.code == "import.limit_exceeded"
    assert failure.value.data == {
        "upload": "file-1.pem",
        "limit": "blocks",
        "value": 2,
        "maximum": 1,
    }
    assert bytes(ImportUpload.objects.get(job=job).sealed), "it can be run again"


@pytest.mark.usefixtures("in_process")
def test_it_forgets_the_uploads_of_imports_that_failed_a_week_ago() -> None:
    old = requested(pem(made("a.test")))
    Job.objects.filter(pk=old.pk).update(
        state="failed", ended_at=timezone.now() - module._KEPT_AFTER_FAILURE * 2
    )

    run_once(requested(pem(made("b.test"))))

    assert bytes(ImportUpload.objects.get(job=old).sealed) == b""
    Job.objects.filter(pk=old.pk).update(state="queued", ended_at=None)
    with pytest.raises(JobFailure) as failure:
        run_once(old)
    assert failure.value.code == "import.upload_gone"


@pytest.mark.usefixtures("in_process")
def test_it_refuses_an_upload_that_was_swapped_with_another() -> None:
    mine, other = requested(pem(made("a.test"))), requested(pem(made("b.test")))
    swapped = ImportUpload.objects.get(job=other).sealed
    ImportUpload.objects.filter(job=mine).update(sealed=swapped)

    with pytest.raises(JobFailure) as failure:
        run_once(mine)

    assert failure.value.code == "import.upload_sealed"


def test_it_makes_one_import_of_a_form_that_is_sent_twice(person: Callable[..., Any]) -> None:
    actor, token = person("operator"), uuid.uuid4()
    upload = Upload(name="a.pem", content=pem(made("a.test")))

    first = request_import(actor=actor, files=[upload], token=token)
    again = request_import(actor=actor, files=[upload], token=token)

    assert first == again
    assert ImportUpload.objects.count() == 1
    assert AuditEvent.objects.filter(action="import.requested").count() == 1


def test_it_never_gives_somebody_the_import_of_another(person: Callable[..., Any]) -> None:
    token = uuid.uuid4()
    upload = Upload(name="a.pem", content=b"x")

    mine = request_import(actor=person("operator"), files=[upload], token=token)
    other = request_import(actor=person("administrator"), files=[upload], token=token)

    assert mine != other


@pytest.mark.usefixtures("in_process")
def test_it_stores_names_that_would_break_out_of_a_page_or_a_database() -> None:
    hostile = "<script>alert(1)</script>\r\nSet-Cookie: a=b\0\u202egnp.exe"
    long = "x" * 60 + "".join(chr(0x1F600 + at) for at in range(4))

    result = run_once(requested(pem(made(hostile)) + pem(made(long))))

    assert result["new_certificates"] == 2
    stored = Certificate.objects.get(cn__startswith="<script>").cn
    assert "\r" not in stored
    assert "\0" not in stored
    assert "\u202e" not in stored
