"""The main job by its functions: what arrives is placed, what is due is made, what is made counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certificates.models import Certificate, Standing
from tests.truststores.conftest import (
    DAY,
    NOW,
    Authority,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
    work_off,
)
from truststores.models import (
    PastReport,
    Role,
    StoreMember,
    StoreName,
    TrustStore,
    ValidationReport,
)
from truststores.services.add_crls import add_crls
from truststores.services.add_members import add_members
from truststores.services.find_work import find_work
from truststores.services.record_reports import record_reports
from truststores.services.remove_member import remove_member
from truststores.services.run_validations import run_validations
from truststores.specs import NewMember

pytestmark = pytest.mark.django_db

ROOT = authority("Example Root")
ISSUING = authority("Example Issuing CA", ROOT)
SERVER = leaf("ftp.example.org", ISSUING)
CLIENT = leaf("partner-7", ISSUING, usages=("client",))

StoreOf = Callable[..., Any]


def report_of(certificate: Certificate) -> ValidationReport:
    return ValidationReport.objects.get(certificate=certificate)


def says(certificate: Certificate) -> tuple[str, str]:
    report = report_of(certificate)
    return report.verdict, report.codes.strip()


def test_it_says_20_at_depth_0_and_turns_to_trusted_when_the_intermediate_arrives(
    store_of: StoreOf,
) -> None:
    store_of("Servers", ROOT)
    [server] = bring_in(SERVER)
    work_off(NOW)
    server.refresh_from_db()
    before = report_of(server)
    assert (before.verdict, before.first_code, before.depth) == ("not_trusted", 20, 0)
    assert server.standing == Standing.UNCHAINED

    bring_in(ISSUING)
    [summary] = work_off(NOW + DAY)
    server.refresh_from_db()
    after = report_of(server)
    assert after.pk == before.pk
    assert after.verdict == "trusted"
    assert server.standing == Standing.TRUSTED
    assert server.works_until == after.effective_expiry
    assert PastReport.objects.get(report=after).first_code == 20
    assert summary.turned_good == 1


def test_it_turns_back_when_the_intermediate_is_deleted_from_the_inventory(
    store_of: StoreOf,
) -> None:
    store_of("Servers", ROOT)
    server, issuing = bring_in(SERVER, ISSUING)
    work_off(NOW)
    assert says(server) == ("trusted", "")

    Certificate.objects.filter(pk=issuing.pk).delete()
    work_off(NOW)
    server.refresh_from_db()
    assert says(server)[1].split()[0] == "20@0"
    assert server.standing == Standing.UNCHAINED


def test_it_leaves_a_certificate_of_a_foreign_root_unchained_and_without_a_report(
    store_of: StoreOf,
) -> None:
    store_of("Servers", ROOT)
    foreign = authority("Foreign Root")
    _, server = bring_in(foreign, leaf("www.example.net", foreign))
    work_off(NOW)
    server.refresh_from_db()
    assert server.standing == Standing.UNCHAINED
    assert not ValidationReport.objects.filter(certificate=server).exists()


def test_it_finds_a_chain_whatever_the_order_of_arrival(store_of: StoreOf) -> None:
    store_of("Servers", ROOT)
    deeper = authority("Deeper CA", ISSUING)
    [server] = bring_in(leaf("deep.example.org", deeper))
    work_off(NOW)
    bring_in(deeper)
    work_off(NOW)
    assert says(server)[1].split()[0] == "20@1"
    bring_in(ISSUING)
    work_off(NOW)
    assert says(server) == ("trusted", "")
    names = StoreName.objects.filter(trust_store__name="Servers")
    assert names.count() == 3


def test_it_does_not_count_a_store_of_a_usage_that_the_certificate_is_not_meant_for(
    store_of: StoreOf,
) -> None:
    store_of("Servers", ROOT, usage="server")
    [client] = bring_in(CLIENT)
    bring_in(ISSUING)
    work_off(NOW)
    client.refresh_from_db()
    only = report_of(client)
    assert (only.first_code, only.depth, only.meant_for_usage) == (26, 0, False)
    assert client.standing == Standing.NOT_TRUSTED  # there is no other report

    store_of("Clients", ROOT, usage="client")
    work_off(NOW)
    client.refresh_from_db()
    assert client.standing == Standing.TRUSTED


def test_it_judges_a_ca_as_an_issuer_and_not_as_a_server(store_of: StoreOf) -> None:
    store_of("Servers", ROOT)
    root, issuing = bring_in(ROOT, ISSUING)
    work_off(NOW)
    assert says(root) == says(issuing) == ("trusted", "")


@pytest.mark.parametrize(
    ("revocation", "crls", "verdict", "codes"),
    [
        ("none", (), "trusted", ""),
        ("leaf", (), "undetermined", "3@0"),
        ("leaf", ("issuing",), "trusted", ""),
        ("leaf", ("stale",), "undetermined", "12@0"),
        ("leaf", ("revokes",), "not_trusted", "23@0"),
        ("chain", ("issuing",), "undetermined", "3@1"),
        ("chain", ("issuing", "root"), "trusted", ""),
    ],
)
def test_it_asks_for_crls_as_the_store_says(
    store_of: StoreOf, revocation: str, crls: tuple[str, ...], verdict: str, codes: str
) -> None:
    made = {
        "issuing": crl(ISSUING),
        "stale": crl(ISSUING, start=-30, end=-1),
        "revokes": crl(ISSUING, number=3, revoked=(SERVER.certificate.serial_number,)),
        "root": crl(ROOT),
    }
    store = store_of("Servers", ROOT, ISSUING, revocation=revocation)
    [server] = bring_in(SERVER)
    rows = bring_in_crls(*(made[name] for name in crls))
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk for row in rows], moment=NOW)
    work_off(NOW)
    assert report_of(server).verdict == verdict
    assert says(server)[1].split()[:1] == codes.split()


def test_it_ends_a_path_at_an_intermediate_only_with_partial_chains(store_of: StoreOf) -> None:
    def with_policy(name: str, *, partial: bool) -> TrustStore:
        store: TrustStore = store_of(name, partial_chain=partial)
        [issuing] = bring_in(ISSUING)
        addition = NewMember(certificate_id=issuing.pk, role=Role.ANCHOR)
        add_members(actor=None, store_id=store.pk, additions=[addition], moment=NOW)
        return store

    whole = with_policy("Whole chains", partial=False)
    partial = with_policy("Partial chains", partial=True)
    [server] = bring_in(SERVER)
    work_off(NOW)
    reports = ValidationReport.objects.filter(certificate=server)
    refused = reports.get(trust_store=whole)
    assert (refused.verdict, refused.first_code, refused.depth) == ("not_trusted", 2, 1)
    assert reports.get(trust_store=partial).verdict == "trusted"
    server.refresh_from_db()
    assert server.standing == Standing.PARTLY


def test_a_worker_that_read_older_inputs_leaves_the_report_due(store_of: StoreOf) -> None:
    store = store_of("Servers", ROOT, ISSUING)
    [server] = bring_in(SERVER)
    work_off(NOW)
    ValidationReport.objects.become_due(NOW)
    made = run_validations(report_ids=[report_of(server).pk], moment=NOW)

    member = StoreMember.objects.get(trust_store=store, role=Role.ANCHOR)
    remove_member(actor=None, store_id=store.pk, member_id=member.pk, moment=NOW)

    assert record_reports(made=made).changed_meanwhile == 1
    assert report_of(server).due_at == NOW
    work_off(NOW)
    assert report_of(server).verdict == "not_trusted"


def test_removing_the_only_anchor_gives_up_what_led_to_it(store_of: StoreOf) -> None:
    store = store_of("Servers", ROOT)
    server, _ = bring_in(SERVER, ISSUING)
    work_off(NOW)
    member = StoreMember.objects.get(trust_store=store)
    remove_member(actor=None, store_id=store.pk, member_id=member.pk, moment=NOW)
    work_off(NOW)
    server.refresh_from_db()
    assert server.standing == Standing.UNCHAINED
    assert not StoreName.objects.filter(trust_store=store).exists()


def test_time_alone_makes_a_report_due_at_its_horizon(store_of: StoreOf) -> None:
    store_of("Servers", ROOT, ISSUING)
    [server] = bring_in(leaf("short.example.org", ISSUING, end=3))
    work_off(NOW)
    assert not find_work(moment=NOW + 2 * DAY)
    assert find_work(moment=NOW + 4 * DAY)
    work_off(NOW + 4 * DAY)
    assert says(server) == ("not_trusted", "10@0")


def test_a_turn_with_nothing_to_do_is_one_query(store_of: StoreOf) -> None:
    store_of("Servers", ROOT, ISSUING)
    bring_in(SERVER, CLIENT)
    work_off(NOW)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert work_off(NOW) == []
    assert len(queries) == 1
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
            scans = [step for step in plan if step.startswith("SCAN") and "CONSTANT" not in step]
            assert all("truststores_storecrl" in step for step in scans), plan


def test_a_newer_crl_of_a_trusted_issuer_takes_the_place_of_the_older(store_of: StoreOf) -> None:
    store = store_of("Servers", ROOT, ISSUING, revocation="leaf")
    [server] = bring_in(SERVER)
    [old] = bring_in_crls(crl(ISSUING, number=1, start=-10, end=5))
    add_crls(actor=None, store_id=store.pk, crl_ids=[old.pk], moment=NOW)
    work_off(NOW)
    assert says(server) == ("trusted", "")

    [new] = bring_in_crls(
        crl(ISSUING, number=2, start=-1, revoked=(SERVER.certificate.serial_number,))
    )
    work_off(NOW)
    assert list(store.store_crls.values_list("crl_id", flat=True)) == [new.pk]
    assert says(server) == ("not_trusted", "23@0")


@pytest.mark.parametrize(
    "impostor",
    [
        pytest.param(crl(ISSUING, number=9, start=-1, signer=ROOT), id="signed by another key"),
        pytest.param(crl(ISSUING, number=1, start=-1), id="a number that does not rise"),
        pytest.param(crl(ISSUING, number=None, start=-1), id="no number after one with it"),
        pytest.param(crl(ISSUING, number=9, start=-20, end=90), id="an earlier thisUpdate"),
    ],
)
def test_it_keeps_the_crl_of_a_store_when_another_does_not_follow_it(
    store_of: StoreOf, impostor: bytes
) -> None:
    store = store_of("Servers", ROOT, ISSUING, revocation="leaf")
    [old] = bring_in_crls(crl(ISSUING, number=1, start=-10))
    add_crls(actor=None, store_id=store.pk, crl_ids=[old.pk], moment=NOW)
    bring_in_crls(impostor)
    work_off(NOW)
    assert list(store.store_crls.values_list("crl_id", flat=True)) == [old.pk]
    assert not find_work(moment=NOW)  # and it is not tried again


def test_deleting_a_store_leaves_the_others_to_speak(store_of: StoreOf) -> None:
    from truststores.services.delete_trust_store import delete_trust_store

    store_of("Servers", ROOT, ISSUING)
    other = store_of("Clients only", ROOT, ISSUING, revocation="chain")
    [server] = bring_in(SERVER)
    work_off(NOW)
    server.refresh_from_db()
    assert server.standing == Standing.PARTLY
    delete_trust_store(actor=None, store_id=other.pk, revision=other.revision)
    server.refresh_from_db()
    assert server.standing == Standing.TRUSTED


def test_what_was_trusted_by_two_authorities_of_one_name_is_trusted(store_of: StoreOf) -> None:
    """A renewed CA keeps its name and has another key: the path that works decides."""
    store_of("Servers", ROOT)
    renewed: Authority = authority("Example Issuing CA", ROOT, key="renewed")
    old_leaf, new_leaf = leaf("old.example.org", ISSUING), leaf("new.example.org", renewed)
    old, new, _ = bring_in(old_leaf, new_leaf, ISSUING)
    work_off(NOW)
    assert says(old) == ("trusted", "")
    assert says(new)[1].split()[0] == "20@0"
    bring_in(renewed)
    work_off(NOW)
    assert says(old) == says(new) == ("trusted", "")
