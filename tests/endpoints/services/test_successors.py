"""What replaced a certificate takes its place at services and accounts, once, and is logged."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent
from certificates.models import Certificate, Lifecycle
from certificates.services.change_lifecycle import change_lifecycle
from endpoints.errors import EndpointChanged, EndpointRefused
from endpoints.models import Account, Service
from endpoints.services.accept_successor import accept_successor
from endpoints.services.find_successor import find_successor
from endpoints.services.present_successor import present_successor
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import NOW, bring_in, leaf

pytestmark = pytest.mark.django_db

GENERATIONS = [leaf("old.example.org"), leaf("new.example.org"), leaf("newest.example.org")]


def replace(old: Certificate, new: Certificate) -> None:
    change_lifecycle(actor=None, certificate=old, lifecycle=Lifecycle.REPLACED, replaced_by=new)
    old.refresh_from_db()


def test_it_finds_the_last_of_several_replacements() -> None:
    old, new, newest = bring_in(*GENERATIONS)
    assert find_successor(old) is None
    replace(old, new)
    replace(new, newest)
    assert find_successor(Certificate.objects.get(pk=old.pk)) == newest


def test_it_ends_where_certificates_replace_each_other() -> None:
    old, new, _ = bring_in(*GENERATIONS)
    replace(old, new)
    replace(new, old)
    assert find_successor(Certificate.objects.get(pk=old.pk)) == new


def test_a_service_presents_the_new_one_and_its_accounts_are_due(
    service_of: ServiceOf, account_of: AccountOf
) -> None:
    old, new, _ = bring_in(*GENERATIONS)
    service = service_of("FTPS", certificate=old, chain=[new])
    account = account_of(services=[service])
    replace(old, new)
    present_successor(actor=None, service_id=service.pk, revision=1, moment=NOW)
    kept = Service.objects.get(pk=service.pk)
    assert (kept.certificate, kept.revision, kept.due_at) == (new, 2, NOW)
    assert not kept.chain.exists()
    assert Account.objects.get(pk=account.pk).due_at == NOW
    event = AuditEvent.objects.get(action="service.certificate_replaced")
    assert event.data["sha256"] == [old.sha256, new.sha256]


def test_pressed_twice_it_happens_once(service_of: ServiceOf) -> None:
    old, new, _ = bring_in(*GENERATIONS)
    service = service_of("FTPS", certificate=old)
    replace(old, new)
    present_successor(actor=None, service_id=service.pk, revision=1)
    with pytest.raises(EndpointChanged):
        present_successor(actor=None, service_id=service.pk, revision=1)
    with pytest.raises(EndpointRefused, match="nothing_replaced"):
        present_successor(actor=None, service_id=service.pk, revision=2)
    assert Service.objects.get(pk=service.pk).revision == 2
    assert AuditEvent.objects.filter(action="service.certificate_replaced").count() == 1


def test_an_account_logs_in_with_the_new_one(account_of: AccountOf) -> None:
    old, new, other = bring_in(*GENERATIONS)
    account = account_of("partner-7", certificates=[old, new])
    replace(old, new)
    for foreign in (other.pk, 987_654):
        with pytest.raises(EndpointRefused, match="nothing_replaced"):
            accept_successor(actor=None, account_id=account.pk, certificate_id=foreign, revision=1)
    accept_successor(actor=None, account_id=account.pk, certificate_id=old.pk, revision=1)
    assert [one.certificate for one in account.certificates.all()] == [new]
    event = AuditEvent.objects.get(action="account.certificate_replaced")
    assert event.data["after"] == "new.example.org"
