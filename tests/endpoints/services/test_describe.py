"""Services and accounts are described, changed and forgotten, and the log says so."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from audit.models import AuditEvent
from certificates.key_specs import OwnerWanted
from certificates.models import Owner
from endpoints.errors import EndpointChanged, EndpointRefused
from endpoints.models import Account, Service, ServiceProtocol
from endpoints.services.change_account import change_account
from endpoints.services.change_service import change_service
from endpoints.services.create_account import create_account
from endpoints.services.create_service import create_service
from endpoints.services.delete_account import delete_account
from endpoints.services.delete_service import delete_service
from endpoints.specs import AccountSpec, Address, Party, ServiceSpec
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import DAY, NOW, bring_in, leaf

pytestmark = pytest.mark.django_db

SPEC = ServiceSpec(
    name="Partners' FTPS",
    protocol=ServiceProtocol.FTPS_EXPLICIT,
    port=21,
    addresses=(Address(host="ftp.example.org"), Address(host="192.0.2.7", is_ip=True)),
    owner=Party(new_owner=OwnerWanted(kind="organization", name="Acme")),
)


@pytest.fixture
def actor() -> User:
    return User.objects.create_user("the-actor")


def last_event(action: str) -> AuditEvent:
    return AuditEvent.objects.filter(action=action).latest("pk")


def test_a_new_service_is_kept_with_its_addresses_in_order_and_is_due(actor: User) -> None:
    made = create_service(actor=actor, spec=SPEC, moment=NOW)
    kept = Service.objects.get(pk=made.pk)
    assert [(one.host, one.is_ip) for one in kept.addresses.all()] == [
        ("ftp.example.org", False),
        ("192.0.2.7", True),
    ]
    assert (kept.due_at, kept.revision, kept.standing) == (NOW, 1, "unchecked")
    assert str(kept.owner) == "Acme"
    assert last_event("service.created").data["addresses"] == ["ftp.example.org", "192.0.2.7"]


def test_a_form_sent_twice_makes_one_service(actor: User) -> None:
    token = uuid.uuid4()
    first = create_service(actor=actor, spec=SPEC, token=token)
    second = create_service(actor=actor, spec=SPEC, token=token)
    assert first == second
    assert AuditEvent.objects.filter(action="service.created").count() == 1


def test_a_name_is_taken_once(actor: User) -> None:
    create_service(actor=actor, spec=SPEC)
    with pytest.raises(EndpointRefused) as refusal:
        create_service(actor=actor, spec=SPEC, token=uuid.uuid4())
    assert refusal.value.code == "service.name_taken"
    assert Service.objects.count() == 1
    other = create_service(actor=actor, spec=replace(SPEC, name="Other"))
    with pytest.raises(EndpointRefused) as refusal:
        change_service(actor=actor, service_id=other.pk, revision=1, spec=SPEC)
    assert refusal.value.code == "service.name_taken"
    assert Service.objects.get(pk=other.pk).name == "Other"


def test_a_change_makes_the_service_and_its_accounts_due(
    actor: User, account_of: AccountOf
) -> None:
    service = create_service(actor=actor, spec=SPEC, moment=NOW)
    account = account_of(services=[service])
    changed = replace(SPEC, port=2121, addresses=(Address(host="new.example.org"),))
    change_service(
        actor=actor, service_id=service.pk, revision=1, spec=changed, moment=NOW + 5 * DAY
    )
    kept = Service.objects.get(pk=service.pk)
    assert (kept.revision, kept.due_at, kept.port) == (2, NOW + 5 * DAY, 2121)
    assert Account.objects.get(pk=account.pk).due_at == NOW + 5 * DAY
    assert last_event("service.changed").data == {
        "port": [21, 2121],
        "addresses": [["ftp.example.org", "192.0.2.7"], ["new.example.org"]],
    }


def test_an_older_form_changes_nothing(actor: User) -> None:
    service = create_service(actor=actor, spec=SPEC)
    change_service(actor=actor, service_id=service.pk, revision=1, spec=replace(SPEC, port=1))
    with pytest.raises(EndpointChanged):
        change_service(actor=actor, service_id=service.pk, revision=1, spec=replace(SPEC, port=2))
    with pytest.raises(EndpointChanged):
        delete_service(actor=actor, service_id=service.pk, revision=1)
    assert Service.objects.get(pk=service.pk).port == 1


def test_what_is_gone_meanwhile_is_told(actor: User) -> None:
    with pytest.raises(EndpointRefused) as refusal:
        create_service(actor=actor, spec=replace(SPEC, certificate_id=987_654))
    assert refusal.value.code == "endpoint.part_gone"
    assert not Owner.objects.filter(name="Acme").exists()


def test_a_deleted_service_leaves_its_accounts(
    actor: User, service_of: ServiceOf, account_of: AccountOf
) -> None:
    service = service_of("FTPS", "ftp.example.org")
    account = account_of(services=[service])
    delete_service(actor=actor, service_id=service.pk, revision=1, moment=NOW)
    kept = Account.objects.get(pk=account.pk)
    assert not kept.services.exists()
    assert kept.due_at == NOW
    assert last_event("service.deleted").subject_text == "FTPS"


def test_an_account_keeps_the_case_of_its_name(actor: User) -> None:
    upper = create_account(actor=actor, spec=AccountSpec(name="ACME"))
    lower = create_account(actor=actor, spec=AccountSpec(name="acme"))
    assert upper != lower
    assert list(Account.objects.like("acme")) == [upper]


def test_an_account_is_changed_and_forgotten(actor: User, service_of: ServiceOf) -> None:
    [client] = bring_in(leaf("partner-7", usages=("client",)))
    service = service_of()
    account = create_account(actor=actor, spec=AccountSpec(name="partner-7"))
    spec = AccountSpec(name="partner-7", certificates=(client.pk,), services=(service.pk,))
    change_account(actor=actor, account_id=account.pk, revision=1, spec=spec, moment=NOW)
    kept = Account.objects.get(pk=account.pk)
    assert [one.certificate for one in kept.certificates.all()] == [client]
    assert list(kept.services.all()) == [service]
    assert last_event("account.changed").data == {
        "certificates": [[], [client.sha256]],
        "services": [[], ["FTPS"]],
    }
    with pytest.raises(EndpointChanged):
        delete_account(actor=actor, account_id=account.pk, revision=1)
    delete_account(actor=actor, account_id=account.pk, revision=2)
    assert not Account.objects.exists()
