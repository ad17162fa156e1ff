"""What comes out when somebody orders a certificate, read by the `openssl` command."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from audit.models import AuditEvent
from certificates.key_refusals import KeyRefused
from certificates.models import (
    CertificateRequest,
    KeyState,
    PrivateKey,
    RequestDer,
    RequestState,
    SealedKey,
)
from certificates.request_refusals import OrderRefused
from certificates.services.change_key_state import change_key_state
from certificates.services.create_request import create_request
from certificates.services.find_holders import find_holders, holders_digest
from certificates.services.make_self_signed_files import make_certificate_file
from certificates.services.open_private_key import EXPORT, open_private_key
from certificates.services.withdraw_request import withdraw_request
from jobs.models import Job, JobState
from jobs.services.work_job import work_job
from pki.csr.spec import Profile, Subject, alt_name
from pki.key_generation import KeySpec
from tests.certificates.requests.conftest import order_of, pem_of, spec_of
from tests.pki.real_tools import run

pytestmark = pytest.mark.django_db
Make = Callable[..., CertificateRequest]


def openssl_text(row: CertificateRequest) -> str:
    return run("openssl", "req", "-text", "-verify", "-noout", data=pem_of(row)).decode()


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448"])
def test_openssl_verifies_the_request_of_every_kind_of_key(make: Make, algorithm: str) -> None:
    row = make(new_key=KeySpec(algorithm=algorithm))
    assert row.state == RequestState.CREATED
    assert "CN = www.example.com" in openssl_text(row)
    assert row.key is not None
    public = run("openssl", "req", "-pubkey", "-noout", data=pem_of(row))
    assert run("openssl", "pkey", "-pubin", "-outform", "DER", data=public) == bytes(row.key.spki)


def test_everything_of_the_form_is_in_the_request(make: Make) -> None:
    subject = Subject(
        country="SE",
        state="Skåne",
        locality="Malmö",
        organization="Example AB",
        common_name="bücher.example.com",
        email="pki@example.com",
    )
    names = (
        alt_name("dns", "www.bücher.example.com"),
        alt_name("ip", "2001:DB8::1"),
        alt_name("email", "pki@example.com"),
        alt_name("uri", "https://example.com/"),
    )
    row = make(spec=spec_of(subject=subject, alt_names=names, profile=Profile.BOTH))
    text = openssl_text(row)
    for wanted in (
        "C = SE",
        "CN = xn--bcher-kva.example.com",
        "DNS:xn--bcher-kva.example.com, DNS:www.xn--bcher-kva.example.com",
        "IP Address:2001:DB8:0:0:0:0:0:1",
        "email:pki@example.com, URI:https://example.com/",
        "TLS Web Server Authentication, TLS Web Client Authentication",
    ):
        assert wanted in text
    assert row.name == "xn--bcher-kva.example.com"


def test_an_existing_key_signs_and_stays_the_only_one(
    make: Make, key_of_request: PrivateKey
) -> None:
    row = make("other.example.com", key_id=key_of_request.pk)
    assert row.key == key_of_request
    assert PrivateKey.objects.count() == 1
    openssl_text(row)


def test_a_key_that_is_compromised_signs_nothing(
    make: Make, actor: User, key_of_request: PrivateKey
) -> None:
    change_key_state(
        actor=actor,
        key=key_of_request,
        state=KeyState.COMPROMISED,
        seen=holders_digest(find_holders(key_of_request)),
    )
    with pytest.raises(KeyRefused):
        make("other.example.com", key_id=key_of_request.pk)
    assert CertificateRequest.objects.count() == 1


def test_an_error_of_preflight_makes_nothing(make: Make) -> None:
    with pytest.raises(OrderRefused) as refused:
        make(spec=spec_of("www.example.com:443"))
    assert refused.value.findings[0].code == "request.cn_has_port"
    assert not PrivateKey.objects.exists()
    assert not CertificateRequest.objects.exists()


def test_a_warning_must_be_accepted_and_no_other_one(actor: User) -> None:
    order = order_of(spec=spec_of("intern"))
    with pytest.raises(OrderRefused):
        create_request(actor=actor, order=order, token=uuid.uuid4())
    with pytest.raises(OrderRefused):
        create_request(actor=actor, order=order, token=uuid.uuid4(), accepted="0" * 32)
    assert not PrivateKey.objects.exists()


def test_the_same_form_twice_is_one_request(actor: User) -> None:
    token = uuid.uuid4()
    rows = [create_request(actor=actor, order=order_of(), token=token) for _ in range(2)]
    assert rows[0] == rows[1]
    assert PrivateKey.objects.count() == 1
    assert AuditEvent.objects.filter(action="request.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_the_same_moment_is_one_request(actor: User) -> None:
    token = uuid.uuid4()

    def press(_: int) -> int:
        try:
            return create_request(actor=actor, order=order_of(), token=token).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=4) as threads:
        made = set(threads.map(press, range(4)))
    assert len(made) == 1
    assert (
        PrivateKey.objects.count() == SealedKey.objects.count() == RequestDer.objects.count() == 1
    )


def test_no_private_byte_is_outside_the_sealed_column(make: Make) -> None:
    row = make(new_key=KeySpec(algorithm="Ed25519"))
    assert row.key is not None
    secret = open_private_key(key=row.key, purpose=EXPORT)[-32:]
    needles = (secret, secret.hex().encode(), secret.hex().upper().encode())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for line in cursor.fetchall():
                stored = b"".join(
                    bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode()
                    for one in line
                )
                assert not any(needle in stored for needle in needles), table


# A key that takes long --------------------------------------------------------------------------


@pytest.fixture
def quick_slow_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """RSA-2048 counts as slow, so that a test waits for a worker and not for the primes."""
    monkeypatch.setattr("pki.key_generation.SLOW_RSA", 2048)


@pytest.mark.usefixtures("quick_slow_keys")
def test_a_worker_makes_a_slow_key_and_then_the_request(make: Make) -> None:
    row = make(new_key=KeySpec(algorithm="RSA-2048"))
    assert (row.state, row.key) == (RequestState.WAITING, None)
    assert row.job is not None
    assert work_job(job_id=row.job.pk)
    row.refresh_from_db()
    assert row.state == RequestState.CREATED
    openssl_text(row)
    assert PrivateKey.objects.get().size == 2048


@pytest.mark.usefixtures("quick_slow_keys")
def test_a_message_that_comes_twice_makes_one_key(make: Make) -> None:
    row = make(new_key=KeySpec(algorithm="RSA-2048"))
    assert row.job is not None
    work_job(job_id=row.job.pk)
    Job.objects.filter(pk=row.job.pk).update(state=JobState.QUEUED)
    work_job(job_id=row.job.pk)
    assert PrivateKey.objects.count() == RequestDer.objects.count() == 1


@pytest.mark.usefixtures("quick_slow_keys")
def test_a_withdrawn_request_gets_no_key(make: Make, actor: User) -> None:
    row = make(new_key=KeySpec(algorithm="RSA-2048"))
    assert withdraw_request(actor=actor, certificate_request=row)
    assert row.job is not None
    work_job(job_id=row.job.pk)
    assert not PrivateKey.objects.exists()
    assert not withdraw_request(actor=actor, certificate_request=row)


# Self-signed ------------------------------------------------------------------------------------


def test_openssl_verifies_a_self_signed_certificate(make: Make, tmp_path: Any) -> None:
    row = make("server.example.com", days=365)
    assert row.state == RequestState.ANSWERED
    assert row.certificate is not None
    assert row.key is not None
    path = tmp_path / "certificate.pem"
    path.write_bytes(make_certificate_file(row).content)
    assert b"OK" in run(
        *("openssl", "verify", "-CAfile", path, "-purpose", "sslserver"),
        *("-verify_hostname", "server.example.com", path),
    )
    assert (row.certificate.not_after - row.certificate.not_before).days == 365
    assert row.certificate.spki_sha256 == row.key.spki_sha256
    row.key.refresh_from_db()
    assert row.key.key_state is KeyState.ACTIVE
    assert Job.objects.filter(kind="validate").exists()


@pytest.mark.parametrize("days", [0, -1, 36_501, 10**9])
def test_days_that_are_none_make_nothing(make: Make, days: int) -> None:
    with pytest.raises(OrderRefused):
        make(days=days)
    assert not PrivateKey.objects.exists()
