"""What a CA sends back, in every form in which it does."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from audit.models import AuditEvent
from certificates.models import (
    Certificate,
    CertificateRequest,
    KeyState,
    Lifecycle,
    RequestState,
)
from certificates.request_refusals import ReplyRefused, RequestClosed
from certificates.services.attach_reply import attach_reply
from certificates.services.build_chain import build_chain
from certificates.services.withdraw_request import withdraw_request
from certificates.specs import Upload
from jobs.models import Job
from pki.errors import LimitExceeded
from tests.certificates.requests.conftest import Ca, order_of, pem_of
from tests.pki.real_tools import run
from truststores.services.find_attention import find_attention

pytestmark = pytest.mark.django_db
Make = Callable[..., CertificateRequest]


def as_pkcs7(*pems: bytes) -> bytes:
    return run("openssl", "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", data=b"".join(pems))


def as_der(pem: bytes) -> bytes:
    return run("openssl", "x509", "-outform", "DER", data=pem)


def as_zip(*pems: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, pem in enumerate(pems):
            archive.writestr(f"{number}.crt", pem)
    return packed.getvalue()


@pytest.fixture
def attach(actor: User) -> Callable[..., CertificateRequest]:
    def attach_one(row: CertificateRequest, *contents: bytes) -> CertificateRequest:
        uploads = [Upload(name="reply", content=content) for content in contents]
        return attach_reply(actor=actor, certificate_request=row, uploads=uploads)

    return attach_one


@pytest.mark.parametrize(
    "written",
    [
        lambda leaf, ca: [leaf],
        lambda leaf, ca: [leaf + ca.chain],
        lambda leaf, ca: [ca.chain + leaf],
        lambda leaf, ca: [as_der(leaf)],
        lambda leaf, ca: [as_pkcs7(leaf, ca.chain)],
        lambda leaf, ca: [as_zip(leaf, ca.chain)],
        lambda leaf, ca: [leaf, ca.chain],
    ],
    ids=["alone", "chain", "chain first", "der", "pkcs7", "zip", "two files"],
)
def test_a_reply_of_any_form_is_attached(
    make: Make, attach: Make, ca: Ca, written: Callable[[bytes, Ca], list[bytes]]
) -> None:
    row = make()
    answered = attach(row, *written(ca.sign(pem_of(row)), ca))
    assert answered.state == RequestState.ANSWERED
    assert answered.certificate is not None
    assert answered.key is not None
    assert answered.certificate.spki_sha256 == answered.key.spki_sha256
    assert answered.key.key_state is KeyState.ACTIVE
    assert [line["field"] for line in answered.comparison if line["asked"] != line["got"]] == []
    assert Job.objects.filter(kind="validate").exists()


def test_the_chain_is_completed_from_the_inventory(make: Make, attach: Make, ca: Ca) -> None:
    first, second = make("one.example.com"), make("two.example.com")
    attach(first, ca.sign(pem_of(first)) + ca.chain)
    answered = attach(second, ca.sign(pem_of(second)))
    assert answered.reply_findings == []
    assert answered.certificate is not None
    chain = build_chain(answered.certificate, moment=timezone.now())
    assert chain.complete
    assert len(chain.certificates) == 3


def test_a_chain_that_stays_incomplete_is_told(make: Make, attach: Make, ca: Ca) -> None:
    row = make()
    answered = attach(row, ca.sign(pem_of(row)))
    assert [one["code"] for one in answered.reply_findings] == ["reply.chain_incomplete"]


def test_what_the_ca_changed_is_written_down(make: Make, attach: Make, ca: Ca) -> None:
    row = make()
    changed = "subjectAltName=DNS:www.example.com,DNS:example.com\nextendedKeyUsage=clientAuth\n"
    answered = attach(row, ca.sign(pem_of(row), extensions=changed))
    lines = {line["field"]: (line["asked"], line["got"]) for line in answered.comparison}
    assert lines["alt_names"] == (
        ["dns:www.example.com"],
        ["dns:www.example.com", "dns:example.com"],
    )
    assert lines["extended_key_usage"] == (["serverAuth"], ["clientAuth"])
    assert lines["key_usage"] == (["digitalSignature"], [])


def test_a_reply_for_another_key_names_its_request_and_is_not_kept(
    make: Make, attach: Make, ca: Ca
) -> None:
    mine, other = make("mine.example.com"), make("other.example.com")
    with pytest.raises(ReplyRefused) as refused:
        attach(mine, ca.sign(pem_of(other)) + ca.chain)
    assert [found.code for found in refused.value.findings] == ["reply.other_key"]
    assert refused.value.belongs_to == (other,)
    assert not Certificate.objects.exists()
    mine.refresh_from_db()
    assert mine.state == RequestState.CREATED


def test_issuers_alone_are_no_reply(make: Make, attach: Make, ca: Ca) -> None:
    with pytest.raises(ReplyRefused) as refused:
        attach(make(), ca.chain)
    assert [found.code for found in refused.value.findings] == ["reply.no_certificate"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x30\x84\xff\xff\xff\xff",
        b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n",
        bytes(range(256)) * 200,
        b"PK\x03\x04" + b"\0" * 100,
    ],
)
def test_hostile_bytes_are_refused_with_a_reason(make: Make, attach: Make, content: bytes) -> None:
    with pytest.raises(ReplyRefused) as refused:
        attach(make(), content)
    assert refused.value.findings


def test_a_reply_of_more_than_its_limit_is_not_read(make: Make, attach: Make) -> None:
    with pytest.raises(LimitExceeded):
        attach(make(), b"-----BEGIN CERTIFICATE-----\n" * 1_000_000)


def test_the_same_reply_twice_is_one_event(make: Make, attach: Make, ca: Ca) -> None:
    row = make()
    reply = ca.sign(pem_of(row))
    attach(row, reply)
    attach(row, reply)
    assert AuditEvent.objects.filter(action="request.answered").count() == 1


def test_a_reply_may_come_after_the_request_was_withdrawn(
    make: Make, attach: Make, actor: User, ca: Ca
) -> None:
    row = make()
    withdraw_request(actor=actor, certificate_request=row)
    assert attach(row, ca.sign(pem_of(row))).state == RequestState.ANSWERED


def test_a_self_signed_certificate_takes_no_reply(make: Make, attach: Make, ca: Ca) -> None:
    row = make(days=30)
    with pytest.raises(RequestClosed):
        attach(row, ca.chain)


# Renewal ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("same_key", [True, False], ids=["same key", "new key"])
def test_the_old_certificate_falls_silent_when_the_reply_is_attached(
    make: Make, attach: Make, ca: Ca, same_key: bool
) -> None:
    row = make()
    old = attach(row, ca.sign(pem_of(row)) + ca.chain).certificate
    assert old is not None
    # It would ask for attention: a store trusts it, and it works for ten more days only.
    soon = timezone.now() + timedelta(days=10)
    Certificate.objects.filter(pk=old.pk).update(standing="trusted", works_until=soon)
    assert old in find_attention(moment=timezone.now()).next_ends
    key = {"key_id": row.key_id} if same_key else {}
    renewal = make(replaces_id=old.pk, **key)
    old.refresh_from_db()
    assert old.lifecycle == Lifecycle.ACTIVE
    new = attach(renewal, ca.sign(pem_of(renewal))).certificate
    old.refresh_from_db()
    assert (old.lifecycle, old.replaced_by) == (Lifecycle.REPLACED, new)
    assert old not in find_attention(moment=timezone.now()).next_ends
    assert (renewal.key == row.key) is same_key


def test_a_self_signed_renewal_takes_the_place_at_once(make: Make) -> None:
    old = make(days=30).certificate
    assert old is not None
    new = make(days=30, replaces_id=old.pk).certificate
    old.refresh_from_db()
    assert (old.lifecycle, old.replaced_by) == (Lifecycle.REPLACED, new)


def test_an_order_is_named_by_its_first_name() -> None:
    assert order_of("www.example.com").name == "www.example.com"
