"""Services and accounts stay judged: what makes them due, what is written, what an idle turn costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate, KeyState, Lifecycle
from certificates.services.change_key_state import change_key_state
from certificates.services.change_lifecycle import change_lifecycle
from certificates.services.find_holders import find_holders, holders_digest
from certificates.services.store_private_key import store_private_key
from endpoints.models import Account, Service
from endpoints.services.change_service import change_service
from endpoints.services.find_due import find_due
from endpoints.services.judge_endpoints import Outcome, judge_endpoints
from endpoints.specs import Address, ServiceSpec
from endpoints.tasks import run_judging
from jobs.models import Job, JobState
from jobs.services.request_job import request_job
from jobs.services.work_job import work_job
from pki.verify.inputs import Policy, Revocation, Usage
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import (
    DAY,
    NOW,
    Authority,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    key_of,
    leaf,
    work_off,
)
from truststores.services.add_crls import add_crls
from truststores.services.add_members import add_members
from truststores.services.change_trust_store import change_trust_store
from truststores.services.remove_member import remove_member
from truststores.specs import NewMember, StoreSpec

pytestmark = pytest.mark.django_db

ROOT = authority("R")
MIDDLE = authority("M", ROOT)
HOST = "ftp.example.com"
SERVER = leaf(HOST, MIDDLE)
CLIENT = leaf("partner-7", MIDDLE, usages=("client",))

StoreOf = Callable[..., Any]


@pytest.fixture
def described(
    service_of: ServiceOf, account_of: AccountOf, store_of: StoreOf
) -> Callable[..., tuple[Service, Account]]:
    """A service and an account that uses it, judged as of NOW."""

    def make(*inventory: Authority, **service: Any) -> tuple[Service, Account]:
        server_store = store_of("Clients trust", ROOT)
        client_store = store_of("Partners", ROOT, MIDDLE, usage="client")
        server, client, *_ = bring_in(SERVER, CLIENT, *inventory)
        made = service_of(
            "FTPS",
            HOST,
            certificate=server,
            server_store=server_store,
            client_store=client_store,
            **service,
        )
        account = account_of("partner-7", certificates=[client], services=[made])
        judge_all(NOW)
        return again(made), again(account)

    return make


def again(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def judge_all(moment: datetime) -> Outcome:
    work_off(moment)
    Service.objects.filter(due_at__gt=moment, judged_at=None).become_due(moment)
    Account.objects.filter(due_at__gt=moment, judged_at=None).become_due(moment)
    return judge_endpoints(moment=moment)


def says(*rows: Any) -> list[tuple[str, str]]:
    return [(row.standing, row.reason) for row in map(again, rows)]


def test_a_service_and_its_account_are_judged(described: Any) -> None:
    service, account = described(MIDDLE)
    assert says(service, account) == [("works", ""), ("works", "")]
    assert service.judged_at == NOW
    assert service.works_until is not None
    assert abs(service.works_until - (NOW + 300 * DAY)) <= timedelta(seconds=1)
    assert service.due_at == account.due_at == NOW + 270 * DAY, "thirty days before the end"
    assert not find_due(moment=NOW)


def test_the_intermediate_that_is_not_sent_is_the_reason(described: Any) -> None:
    service, account = described(MIDDLE, chain_source="none")
    assert says(service) == [("fails", "chain.not_sent")]
    assert says(account) == [("fails", "account.service_fails")]


def test_an_intermediate_that_arrives_makes_due_what_rests_on_it(
    service_of: ServiceOf, store_of: StoreOf
) -> None:
    [server] = bring_in(SERVER)
    service = service_of("S", HOST, certificate=server, server_store=store_of("T", ROOT))
    judge_all(NOW)
    assert says(service) == [("fails", "server.issuer_unknown")]
    bring_in(MIDDLE)
    assert not find_due(moment=NOW), "until it is placed"
    work_off(NOW)
    assert find_due(moment=NOW)
    judge_endpoints(moment=NOW)
    assert says(service) == [("works", "")]
    Certificate.objects.get(sha256=_sha256(MIDDLE)).delete()
    work_off(NOW)
    judge_endpoints(moment=NOW)
    assert says(service) == [("fails", "server.issuer_unknown")]


def test_a_change_of_either_store_makes_due_what_rests_on_it(described: Any) -> None:
    service, account = described(MIDDLE)
    store = service.server_store
    root = store.members.get()
    remove_member(actor=None, store_id=store.pk, member_id=root.pk, moment=NOW)
    judge_endpoints(moment=NOW)
    assert says(service, account) == [
        ("fails", "server.anchor_missing"),
        ("fails", "account.service_fails"),
    ]
    addition = NewMember(certificate_id=root.certificate_id)
    add_members(actor=None, store_id=store.pk, additions=[addition], moment=NOW)
    judge_endpoints(moment=NOW)
    assert says(service, account) == [("works", ""), ("works", "")]
    partners = service.client_store
    for member in partners.members.all():
        remove_member(actor=None, store_id=partners.pk, member_id=member.pk, moment=NOW)
    judge_endpoints(moment=NOW)
    assert says(service, account) == [("works", ""), ("fails", "client.anchor_missing")]


def test_a_crl_that_joins_the_store_is_heard(described: Any) -> None:
    service, _ = described(MIDDLE)
    store = again(service.server_store)
    change_trust_store(
        actor=None,
        store_id=store.pk,
        revision=store.revision,
        spec=StoreSpec(
            name=store.name, policy=Policy(usage=Usage.SERVER, revocation=Revocation.LEAF)
        ),
        moment=NOW,
    )
    judge_endpoints(moment=NOW)
    assert says(service) == [("undetermined", "server.revocation_unknown")]
    serial = SERVER.certificate.serial_number
    [row] = bring_in_crls(crl(MIDDLE, revoked=(serial,)))
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk], moment=NOW)
    judge_endpoints(moment=NOW)
    assert says(service) == [("fails", "server.revoked")]


def test_what_people_decide_about_a_certificate_is_heard(described: Any) -> None:
    service, account = described(MIDDLE)
    change_lifecycle(
        actor=None, certificate=service.certificate, lifecycle=Lifecycle.RETIRED, moment=NOW
    )
    judge_endpoints(moment=NOW)
    assert says(service, account) == [("warned", "certificate.retired"), ("works", "")]


def test_the_state_of_a_key_is_heard(described: Any) -> None:
    service, account = described(MIDDLE)
    assert "key.not_held" in str(service.judgement)
    pkcs8 = key_of(HOST).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    key = store_private_key(actor=None, pkcs8=pkcs8, name="server", origin="imported")
    assert find_due(moment=timezone.now() + timedelta(seconds=1))
    judge_all_due()
    assert "key.not_held" not in str(again(service).judgement)
    change_key_state(
        actor=None,
        key=key,
        state=KeyState.COMPROMISED,
        seen=holders_digest(find_holders(key)),
        moment=NOW,
    )
    judge_endpoints(moment=NOW)
    assert says(service, account) == [
        ("fails", "key.compromised"),
        ("fails", "account.service_fails"),
    ]


def judge_all_due() -> Outcome:
    """Judge as of NOW what was marked by the clock."""
    for rows in (Service.objects.all(), Account.objects.all()):
        rows.filter(due_at__gt=NOW + 280 * DAY).become_due(NOW)
        rows.filter(due_at__lt=NOW + 269 * DAY).become_due(NOW)
    return judge_endpoints(moment=NOW)


def test_time_alone_makes_it_due_and_then_it_fails(described: Any) -> None:
    service, account = described(MIDDLE)
    soon = NOW + 270 * DAY
    assert not find_due(moment=soon - timedelta(seconds=1))
    assert judge_endpoints(moment=soon).judged == 2
    assert says(service, account) == [
        ("warned", "server.ends_soon"),
        ("warned", "client.ends_soon"),
    ]
    later = NOW + 301 * DAY
    outcome = judge_endpoints(moment=later)
    assert (outcome.judged, outcome.turned_bad) == (2, 2)
    assert says(service) == [("fails", "server.expired")]


def test_what_did_not_change_is_not_judged_again(described: Any) -> None:
    service, _ = described(MIDDLE)
    Service.objects.all().become_due(NOW + DAY)
    outcome = judge_endpoints(moment=NOW + DAY)
    assert (outcome.judged, outcome.unchanged) == (0, 1)
    row = again(service)
    assert (row.judged_at, row.due_at) == (NOW, NOW + 270 * DAY)


def test_a_judgement_from_older_inputs_is_dropped(service_of: ServiceOf, store_of: StoreOf) -> None:
    """A store changes while a worker judges: what was read before it is not written."""
    store = store_of("T", ROOT)
    server, _ = bring_in(SERVER, MIDDLE)
    first, second = (
        service_of(name, HOST, certificate=server, server_store=store) for name in ("A", "B")
    )
    work_off(NOW)
    Service.objects.all().become_due(NOW)
    later = NOW + timedelta(seconds=5)

    def meanwhile(done: int) -> None:
        if done == 1:
            member = store.members.get()
            remove_member(actor=None, store_id=store.pk, member_id=member.pk, moment=later)

    outcome = judge_endpoints(moment=NOW, after_each=meanwhile)
    assert (outcome.judged, outcome.changed_meanwhile) == (1, 1)
    assert again(second).due_at == later
    judge_endpoints(moment=later)
    assert says(first, second) == [("fails", "server.anchor_missing")] * 2


def test_a_change_by_a_person_is_judged_by_the_job_that_it_asks_for(
    described: Any, django_capture_on_commit_callbacks: Any
) -> None:
    service, _ = described(MIDDLE, chain_source="none")
    Job.objects.all().delete()
    spec = ServiceSpec(
        name="FTPS",
        protocol=service.protocol,
        port=21,
        addresses=(Address(host="other.example.com"),),
        certificate_id=service.certificate_id,
        server_store_id=service.server_store_id,
    )
    change_service(actor=None, service_id=service.pk, revision=service.revision, spec=spec)
    job = Job.objects.get(kind="judge_endpoints")
    assert job.state == JobState.QUEUED
    assert work_job(job_id=job.pk)
    assert "name.mismatch" in [one["code"] for one in again(service).judgement["findings"]]


def test_a_turn_with_nothing_due_is_one_query(
    described: Any, django_assert_num_queries: Any
) -> None:
    described(MIDDLE)
    with django_assert_num_queries(1):
        assert not find_due(moment=NOW)


def test_an_idle_turn_of_the_schedule_is_left_out_of_lists(db: None) -> None:
    job = request_job(kind="judge_endpoints", slot="judge_endpoints:1")
    assert work_job(job_id=job.pk)
    assert Job.objects.get(pk=job.pk).idle
    assert Job.objects.get(pk=job.pk).result == {"judged": 0}
    assert callable(run_judging)


def test_stores_that_nobody_uses_ask_for_no_judgement(store_of: StoreOf) -> None:
    store_of("Alone", ROOT)
    assert not Job.objects.filter(kind="judge_endpoints").exists()


def test_many_services_share_what_they_rest_on(
    service_of: ServiceOf, store_of: StoreOf, django_assert_max_num_queries: Any
) -> None:
    store = store_of("T", ROOT)
    server, _ = bring_in(SERVER, MIDDLE)
    for number in range(10):
        service_of(f"S{number}", HOST, certificate=server, server_store=store)
    work_off(NOW)
    Service.objects.all().become_due(NOW)
    with django_assert_max_num_queries(60), transaction.atomic():
        assert judge_endpoints(moment=NOW).judged == 10


def _sha256(one: Authority) -> str:
    return sha256(one.der).hexdigest()


def test_it_is_due_when_another_issuer_would_be_sent(
    service_of: ServiceOf, store_of: StoreOf
) -> None:
    renewed = authority("M", ROOT, start=5, end=4000)
    server, _, _ = bring_in(SERVER, MIDDLE, renewed)
    service = service_of("S", HOST, certificate=server, server_store=store_of("T", ROOT))
    judge_all(NOW)
    before = again(service)
    assert before.due_at == NOW + 5 * DAY
    judge_endpoints(moment=NOW + 5 * DAY)
    assert again(service).inputs_digest != before.inputs_digest
