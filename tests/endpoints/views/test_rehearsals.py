"""The pages of rehearsals: who may open them, what they say, what their buttons do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from certificates.models import Certificate, PublicKey
from endpoints.models import Account, ChainSource, Rehearsal, Service
from endpoints.services.take_pasted_keys import take_pasted_keys
from endpoints.specs import Party
from pki.key_faces import key_faces
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.truststores.conftest import authority, bring_in, leaf

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[str | None], Client]

ROOT = authority("Stage root")
ISSUING = authority("Stage issuing CA", ROOT)
# Long enough for any day on which the tests run: pages judge as of now.
SERVER = leaf("ftp.stage.example", ISSUING, end=3000)
ACME = leaf("acme-stage", ROOT, usages=("client",), end=3000)
LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl stage"
NEW = "endpoints:rehearsal_new"


@pytest.fixture
def service(service_of: ServiceOf, store_of: Callable[..., Any]) -> Service:
    _, _, server = bring_in(ROOT, ISSUING, SERVER)
    return service_of(
        "Stage FTPS",
        "ftp.stage.example",
        certificate=server,
        server_store=store_of("Servers", ROOT),
        client_store=store_of("Clients", ROOT, usage="client"),
    )


@pytest.fixture
def account(service: Service, account_of: AccountOf) -> Account:
    (row,) = bring_in(ACME)
    return account_of("acme-stage", certificates=[row], services=[service])


def typed(**more: object) -> dict[str, object]:
    return {"act": "save", "client": "account", "token": str(uuid.uuid4()), **more}


def rehearsed(browser: Client, **more: object) -> Rehearsal:
    answer = browser.post(reverse(NEW), typed(**more))
    assert answer.status_code == 302, answer.content.decode()
    return Rehearsal.objects.latest("pk")


@pytest.mark.parametrize(
    ("role", "may"), [("anonymous", None), (None, False), ("auditor", False), ("operator", True)]
)
def test_reading_needs_a_sign_in_and_rehearsing_the_right(
    service: Service,
    account: Account,
    client_for: ClientFor,
    role: str | None,
    may: bool | None,
) -> None:
    working = client_for("operator")
    row = rehearsed(working, service=service.pk, account=account.pk)
    browser = working if role == "operator" else client_for(role)
    reads = {browser.get(url).status_code for url in (row.get_absolute_url(), "/rehearsals/")}
    assert reads == ({302} if may is None else {200})
    again = reverse("endpoints:rehearsal_again", args=[row.pk])
    acts = {browser.get(reverse(NEW)).status_code, browser.post(again).status_code}
    assert acts == {None: {302}, False: {403}, True: {200, 302}}[may]
    assert Rehearsal.objects.count() == (2 if may else 1)
    assert browser.get(again).status_code in ((302, 405) if may is None else (403, 405))


def test_the_answer_stands_first_and_says_who_refuses_whom(
    service: Service, account: Account, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    Service.objects.filter(pk=service.pk).update(chain_source=ChainSource.NONE)
    row = rehearsed(browser, service=service.pk, account=account.pk)
    page = browser.get(row.get_absolute_url()).content.decode()
    assert 'data-works="no"' in page
    assert "“acme-stage” would refuse your server: the issuer is missing." in page
    assert "error 20 at 0 depth lookup: unable to get local issuer certificate" in page
    assert "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY" in page
    assert "SSL alert number 48" in page
    assert "Send its issuers from the inventory" in page
    server = Certificate.objects.get(cn="ftp.stage.example")
    assert f'href="{server.get_absolute_url()}"' in page
    assert " 0 s:" in page
    # The button mends it, and the same rehearsal passes.
    service.refresh_from_db()
    browser.post(
        reverse("endpoints:service_send_issuers", args=[service.pk]),
        {"revision": service.revision},
    )
    token = str(uuid.uuid4())
    again = reverse("endpoints:rehearsal_again", args=[row.pk])
    for _ in range(2):
        answer = browser.post(again, {"token": token}, follow=True)
    page = answer.content.decode()
    assert 'data-works="yes"' in page
    assert "They connect" in page
    assert Rehearsal.objects.count() == 2
    older = browser.get(row.get_absolute_url()).content.decode()
    assert "An earlier rehearsal" in older


def test_a_reader_sees_no_button_that_changes_anything(
    service: Service, account: Account, client_for: ClientFor
) -> None:
    Service.objects.filter(pk=service.pk).update(chain_source=ChainSource.NONE)
    row = rehearsed(client_for("operator"), service=service.pk, account=account.pk)
    page = client_for("auditor").get(row.get_absolute_url()).content.decode()
    assert "Rehearse again" not in page
    assert "Send its issuers" not in page


def test_a_pasted_chain_is_rehearsed_and_what_is_none_is_told_beside_its_field(
    service: Service, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    row = rehearsed(browser, service=service.pk, client="pasted", pasted=ACME.pem)
    assert row.accepted
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "The pasted client “acme-stage” gets in." in page
    for text, says in (
        ("", "Paste the certificates that the client sends."),
        ("hello", "No certificate was found in it."),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "Line 1:"),
    ):
        answer = browser.post(reverse(NEW), typed(service=service.pk, client="pasted", pasted=text))
        assert answer.status_code == 400
        assert says in answer.content.decode()
    assert Rehearsal.objects.count() == 1


def test_a_pasted_private_key_is_refused_and_never_sent_back(
    service: Service, client_for: ClientFor
) -> None:
    secret = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
    text = f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n" + ACME.pem
    answer = client_for("operator").post(
        reverse(NEW), typed(service=service.pk, client="pasted", pasted=text)
    )
    assert answer.status_code == 400
    assert secret not in answer.content.decode()
    assert not Rehearsal.objects.exists()
    assert secret not in str(list(AuditEvent.objects.values_list("data", flat=True)))


def test_mistakes_are_told_beside_their_fields(service: Service, client_for: ClientFor) -> None:
    browser = client_for("operator")
    page = browser.post(reverse(NEW), typed()).content.decode()
    assert "Choose the service that is connected to." in page
    assert "Choose the account, or another way to name the client." in page
    gone = browser.post(reverse(NEW), typed(service=999_999, client="nobody"))
    assert gone.status_code == 400
    for odd in ("x", "9" * 30, "-1"):
        assert browser.get(reverse(NEW) + f"?service={odd}&account={odd}").status_code == 200


def test_without_javascript_services_and_accounts_are_searched_for(
    service: Service, account: Account, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    page = browser.post(
        reverse(NEW),
        {"act": "search:account", "account_search": "acme-st", "client": "account"},
    ).content.decode()
    assert "acme-stage" in page
    assert not Rehearsal.objects.exists()


def test_a_link_from_a_service_or_an_account_begins_with_both(
    service: Service, account: Account, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    for shown in (service, account):
        page = browser.get(shown.get_absolute_url()).content.decode()
        kind = "service" if shown is service else "account"
        address = reverse(NEW) + f"?{kind}={shown.pk}"
        assert address in page
        form = browser.get(address).content.decode()
        assert f'name="service" value="{service.pk}"' in form
        assert f'name="account" value="{account.pk}"' in form


def test_past_rehearsals_stand_on_the_pages_of_both_and_in_the_list(
    service: Service, account: Account, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    row = rehearsed(browser, service=service.pk, account=account.pk)
    for address in (
        service.get_absolute_url(),
        account.get_absolute_url(),
        f"/rehearsals/?service={service.pk}",
        f"/rehearsals/?account={account.pk}&accepted=true",
    ):
        page = browser.get(address).content.decode()
        assert f'href="{row.get_absolute_url()}"' in page, address
        assert "“acme-stage” gets in." in page
    none = browser.get("/rehearsals/?accepted=false").content.decode()
    assert row.get_absolute_url() not in none


def test_over_ssh_the_keys_of_both_are_shown_instead(
    service_of: ServiceOf,
    account_of: AccountOf,
    client_for: ClientFor,
    person: Callable[..., User],
) -> None:
    take_pasted_keys(
        actor=person("administrator"),
        text=f"{LINE}\n",
        party=Party(),
        token=uuid.uuid4(),
        request=None,
    )
    public_key = PublicKey.objects.get()
    service = service_of(
        "Stage SFTP", "sftp.stage.example", protocol="sftp", host_keys=(public_key,)
    )
    account = account_of("ssh-user", ssh_keys=(public_key,), services=[service])
    browser = client_for("operator")
    answer = browser.post(reverse(NEW), typed(service=service.pk, account=account.pk))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "SSH has no certificates to rehearse" in page
    fingerprints = key_faces(bytes(public_key.spki)).ssh
    assert fingerprints is not None
    assert page.count(fingerprints.sha256) >= 2


def test_one_of_several_ways_is_shown_in_full(
    service_of: ServiceOf, store_of: Callable[..., Any], client_for: ClientFor
) -> None:
    _, _, server = bring_in(ROOT, ISSUING, SERVER)
    service = service_of(
        "Stage two",
        "ftp.stage.example",
        "192.0.2.44",
        certificate=server,
        server_store=store_of("Servers", ROOT),
    )
    browser = client_for("operator")
    row = rehearsed(browser, service=service.pk, client="nobody")
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "IP address mismatch" in page
    other = browser.get(row.get_absolute_url() + "?way=1").content.decode()
    assert 'data-works="yes"' in other
    for odd in ("0", "99", "x", "-1", "9" * 40):
        assert browser.get(row.get_absolute_url() + f"?way={odd}").status_code == 200
