from __future__ import annotations

import threading
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import RequestFactory

from audit.models import AuditEvent, AuditHead, AuditKey
from audit.services.record import NotInTransaction, record
from audit.services.verify_audit import verify_audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def ten_events() -> None:
    for number in range(1, 11):
        record(actor=None, action="job.rerun", data={"number": number, "name": "Zoë \x00 ‮"})


def sql(statement: str, *values: str | int) -> None:
    """Write to the database as somebody does who got past the console."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_untouched_log_verifies(ten_events: None) -> None:
    verdict = verify_audit()
    assert (verdict.verified, verdict.first_bad) == (10, None)


def test_an_empty_log_verifies() -> None:
    assert verify_audit().first_bad is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_name", "somebody else"),
        ("action", "job.cancelled"),
        ("subject_text", "another"),
        ("address", "192.0.2.1"),
        ("moment", "2020-01-01 00:00:00"),
        ("data", '{"number": 99}'),
        ("actor_number", 7),
        ("mac", "0" * 64),
    ],
)
def test_a_changed_event_is_named(ten_events: None, column: str, value: str | int) -> None:
    sql(f"UPDATE audit_auditevent SET {column} = %s WHERE sequence = 4", value)
    assert verify_audit().first_bad == 4


def test_an_event_deleted_in_the_middle_is_named(ten_events: None) -> None:
    sql("DELETE FROM audit_auditevent WHERE sequence = 6")
    assert verify_audit().first_bad == 6


def test_events_deleted_at_the_end_are_named(ten_events: None) -> None:
    sql("DELETE FROM audit_auditevent WHERE sequence >= 9")
    verdict = verify_audit()
    assert (verdict.first_bad, verdict.why) == (9, "it is missing")


def test_an_end_whose_record_was_moved_back_as_well_is_seen(ten_events: None) -> None:
    eighth = AuditEvent.objects.get(sequence=8)
    sql("DELETE FROM audit_auditevent WHERE sequence >= 9")
    AuditHead.objects.update(sequence=8, last_mac=eighth.mac)
    assert verify_audit().first_bad == 9


def test_two_events_that_changed_places_are_named(ten_events: None) -> None:
    sql("UPDATE audit_auditevent SET sequence = 99 WHERE sequence = 3")
    sql("UPDATE audit_auditevent SET sequence = 3 WHERE sequence = 7")
    sql("UPDATE audit_auditevent SET sequence = 7 WHERE sequence = 99")
    assert verify_audit().first_bad == 3


def test_an_added_event_is_named(ten_events: None) -> None:
    forged = AuditEvent.objects.get(sequence=10)
    forged.pk = None
    forged.sequence = 11
    forged.save()
    assert verify_audit().first_bad == 11


def test_a_log_without_its_key_or_its_end_does_not_verify(ten_events: None) -> None:
    AuditHead.objects.all().delete()
    assert verify_audit().first_bad == 11
    AuditKey.objects.all().delete()
    assert verify_audit().first_bad == 1


def test_a_log_emptied_with_all_that_belongs_to_it_cannot_be_told_from_a_new_one(
    ten_events: None,
) -> None:
    """What no database can prove by itself; the operations guide says where to keep the last MAC."""
    for model in (AuditEvent, AuditHead, AuditKey):
        model.objects.all().delete()
    assert verify_audit().verified == 0


def test_the_command_names_the_first_bad_number(ten_events: None) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "whole: 10 events" in out.getvalue()
    sql("DELETE FROM audit_auditevent WHERE sequence = 6")
    with pytest.raises(CommandError, match="number 6"):
        call_command("verify_audit")


def test_the_key_of_the_log_is_stored_sealed(ten_events: None) -> None:
    from audit.chain import chain_key

    assert chain_key() not in bytes(AuditKey.objects.get().sealed)


def test_an_event_holds_who_what_on_what_and_from_where(person: Callable[..., Any]) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    operator = person("operator")
    event = record(
        actor=operator, action="person.added", subject=operator, data={"role": "x"}, request=request
    )
    stored = AuditEvent.objects.get(pk=event.pk)
    assert (stored.actor_name, stored.actor_number) == (operator.username, operator.pk)
    assert (stored.subject_type, stored.subject_id) == ("auth.user", str(operator.pk))
    assert (stored.address, stored.data) == ("192.0.2.7", {"role": "x"})
    operator_name = operator.username
    User.objects.all().delete()
    assert AuditEvent.objects.get(pk=event.pk).actor_name == operator_name
    assert verify_audit().first_bad is None


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NotInTransaction):
        record(actor=None, action="job.rerun")


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_undone_leaves_no_event() -> None:
    with transaction.atomic():
        record(actor=None, action="job.rerun")
        transaction.set_rollback(True)
    with transaction.atomic():
        assert record(actor=None, action="job.rerun").sequence == 1


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_make_one_chain() -> None:
    def write() -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    record(actor=None, action="job.rerun")
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verify_audit()
    assert (verdict.verified, verdict.first_bad) == (80, None)
