"""The pages of accounts: who may open them, what they say, what their buttons do."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from certificates.key_specs import OwnerWanted
from certificates.models import Lifecycle, PublicKey
from certificates.services.change_lifecycle import change_lifecycle
from endpoints.models import Account, AccountCertificate, Service
from endpoints.services.delete_account import delete_account
from endpoints.services.fill_account import account_data
from endpoints.specs import Party
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.endpoints.keys import public_key, public_line
from tests.truststores.conftest import authority, bring_in, leaf

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | None], Client]

ISSUING = authority("Clients' CA")
CLIENT = leaf("partner-7", ISSUING, usages=("client",))
NEW = "endpoints:account_new"


@pytest.fixture
def account(account_of: AccountOf, service_of: ServiceOf) -> Account:
    [client] = bring_in(CLIENT)
    return account_of("partner-7", certificates=[client], services=[service_of("FTPS")])


def test_a_form_sent_twice_is_one_account_and_leads_there(client_for: ClientFor) -> None:
    operator, sent = client_for("operator"), {"name": "twice", "token": str(uuid.uuid4())}
    answers = [operator.post(reverse(NEW), sent) for _ in range(2)]
    made = Account.objects.get()
    assert [answer["Location"] for answer in answers] == [made.get_absolute_url()] * 2


@pytest.mark.parametrize(
    ("role", "may_change"),
    [("anonymous", False), (None, False), ("auditor", False), ("operator", True)],
)
def test_each_page_opens_for_those_who_may(
    account: Account, client_for: ClientFor, role: str | None, may_change: bool
) -> None:
    browser = client_for(role)
    pages = {
        reverse("endpoints:accounts"): "read",
        reverse("endpoints:accounts_csv"): "read",
        account.get_absolute_url(): "read",
        reverse(NEW): "change",
        reverse("endpoints:account_edit", args=[account.pk]): "change",
        reverse("endpoints:account_delete", args=[account.pk]): "change",
    }
    for address, right in pages.items():
        answer = browser.get(address)
        if role == "anonymous":
            assert answer.status_code == 302, address
        elif right == "change" and not may_change:
            assert answer.status_code == 403, address
        else:
            assert answer.status_code == 200, address


def test_an_auditor_changes_nothing(account: Account, client_for: ClientFor) -> None:
    browser, before = client_for("auditor"), AuditEvent.objects.count()
    data = {"name": "other", "revision": 1, "certificate": CLIENT}
    assert browser.post(reverse(NEW), data).status_code == 403
    for name in ("account_edit", "account_delete", "account_accept"):
        address = reverse(f"endpoints:{name}", args=[account.pk])
        assert browser.post(address, data).status_code == 403
    assert [one.name for one in Account.objects.all()] == ["partner-7"]
    assert AuditEvent.objects.count() == before


def test_it_describes_an_account_with_everything_that_it_has(
    service_of: ServiceOf, client_for: ClientFor
) -> None:
    [client] = bring_in(CLIENT)
    service, held = service_of("SFTP", protocol="sftp"), public_key("held")
    answer = client_for("operator").post(
        reverse(NEW),
        {
            "name": "Partner-7",
            "new_owner_name": "Acme",
            "new_owner_kind": "organization",
            "certificates": [client.pk],
            "ssh_keys": [f"public:{held.pk}"],
            "pasted_keys": public_line("pasted"),
            "services": [service.pk],
        },
    )
    made = Account.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert made.name == "Partner-7"
    assert str(made.partner) == "Acme"
    assert [one.certificate for one in made.certificates.all()] == [client]
    pasted = PublicKey.objects.exclude(pk=held.pk).get()
    assert {one.key for one in made.ssh_keys.all()} == {held, pasted}
    assert pasted.owner == made.partner
    assert list(made.services.all()) == [service]


def test_a_key_that_is_chosen_and_pasted_counts_once(client_for: ClientFor) -> None:
    held = public_key("held")
    client_for("operator").post(
        reverse(NEW),
        {"name": "one", "ssh_keys": [f"public:{held.pk}"], "pasted_keys": public_line("held")},
    )
    assert [one.key for one in Account.objects.get().ssh_keys.all()] == [held]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": " partner"}, "name", "begins or ends with a space"),
        ({"name": "partner-7"}, "name", "already"),
        ({"name": "partner\nssh-rsa AAAA"}, "name", "cannot be seen"),
        ({"pasted_keys": "no key at all"}, "pasted_keys", "No key was recognised"),
        ({"ssh_keys": "public:987654321"}, "ssh_keys", "not there any more"),
        ({"ssh_keys": "nonsense"}, "ssh_keys", "not there any more"),
        ({"services": "987654321"}, "services", "not there any more"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    account: Account, client_for: ClientFor, changes: dict[str, str], field: str, says: str
) -> None:
    answer = client_for("operator").post(reverse(NEW), {"name": "other", **changes})
    assert answer.status_code == 400
    assert says in " ".join(answer.context["form"].errors[field])
    assert Account.objects.count() == 1


def test_a_form_sent_again_after_a_mistake_takes_the_corrected_key(
    account: Account, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    token = browser.get(reverse(NEW)).context["form"]["token"].value()
    wrong = {"name": "other", "token": token, "pasted_keys": "ssh-ed25519 AAAA broken"}
    assert browser.post(reverse(NEW), wrong).status_code == 400
    right = {**wrong, "pasted_keys": public_line("corrected")}
    assert browser.post(reverse(NEW), right).status_code == 302
    assert browser.post(reverse(NEW), right).status_code == 302, "it is one account"
    assert Account.objects.get(name="other").ssh_keys.count() == 1
    assert PublicKey.objects.count() == 1


def test_names_that_differ_in_case_alone_are_told(
    account: Account, account_of: AccountOf, client_for: ClientFor
) -> None:
    other = account_of("PARTNER-7")
    text = client_for(None).get(account.get_absolute_url()).content.decode()
    assert "in nothing but the case" in text
    assert f'href="{other.get_absolute_url()}"' in text


def test_it_begins_from_a_client_certificate_and_from_a_service(
    account: Account, client_for: ClientFor
) -> None:
    held = account.certificates.get().certificate
    service = account.services.get()
    answer = client_for("operator").get(
        reverse(NEW), {"certificate": held.pk, "service": service.pk}
    )
    form = answer.context["form"]
    assert form["name"].value() == "partner-7"
    assert form["certificates"].value() == [str(held.pk)]
    assert form["services"].value() == [str(service.pk)]


def test_saving_an_unchanged_form_changes_nothing_but_the_revision(
    account: Account, client_for: ClientFor
) -> None:
    before = account_data(account)
    browser = client_for("operator")
    address = reverse("endpoints:account_edit", args=[account.pk])
    form = browser.get(address).context["form"]
    data = {name: value for name in form.fields if (value := form[name].value()) is not None}
    assert browser.post(address, data).status_code == 302
    kept = Account.objects.get()
    assert account_data(kept) == before
    assert kept.revision == 2
    assert browser.post(address, {**data, "name": "late"}).status_code == 400
    assert Account.objects.get().name == "partner-7"


def test_an_account_of_many_services_keeps_them_all(
    account: Account, client_for: ClientFor
) -> None:
    many = Service.objects.bulk_create(
        Service(name=f"service {number}", protocol="https", port=443) for number in range(300)
    )
    account.services.set(many)
    form = client_for("operator").get(reverse("endpoints:account_edit", args=[account.pk]))
    checked = re.findall(rb'name="services" value="([0-9]+)" checked', form.content)
    assert sorted(map(int, checked)) == sorted(one.pk for one in many)


def test_it_logs_in_with_the_new_certificate_by_one_press(
    account: Account, client_for: ClientFor
) -> None:
    held = account.certificates.get().certificate
    [new] = bring_in(leaf("partner-7 renewed", ISSUING, usages=("client",)))
    change_lifecycle(actor=None, certificate=held, lifecycle=Lifecycle.REPLACED, replaced_by=new)
    browser = client_for("operator")
    text = browser.get(account.get_absolute_url()).content.decode()
    assert "Log in with the new certificate instead" in text
    address = reverse("endpoints:account_accept", args=[account.pk])
    revision = Account.objects.get().revision
    for odd in ("", "x", "9" * 30):
        browser.post(address, {"revision": revision, "certificate": odd})
    assert account.certificates.get().certificate == held
    browser.post(address, {"revision": revision, "certificate": held.pk})
    assert account.certificates.get().certificate == new


def test_deleting_asks_first(account: Account, client_for: ClientFor) -> None:
    browser = client_for("operator")
    address = reverse("endpoints:account_delete", args=[account.pk])
    assert browser.get(address).status_code == 200
    assert Account.objects.exists()
    browser.post(address, {"revision": account.revision})
    assert not Account.objects.exists()
    delete_account(actor=None, account_id=account.pk, revision=account.revision)
    assert AuditEvent.objects.filter(action="account.deleted").count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=partner", ["partner-7"]),
        ("q=acme", ["other"]),
        ("q=Clients' CA", ["partner-7"]),
        ("standing=fails", ["other"]),
        ("service=SERVICE", ["partner-7"]),
        ("q=nothing", []),
        ("sort=-name", ["partner-7", "other"]),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(
    account: Account, account_of: AccountOf, client_for: ClientFor, query: str, found: list[str]
) -> None:
    acme = Party(new_owner=OwnerWanted(kind="organization", name="Acme"))
    account_of("other", partner=acme)
    Account.objects.filter(name="other").update(standing="fails")
    query = query.replace("SERVICE", str(account.services.get().pk))
    page = client_for(None).get(f"{reverse('endpoints:accounts')}?{query}").context["page"]
    assert [one.name for one in page.rows] == found


def test_the_file_holds_what_the_list_found(
    account: Account, account_of: AccountOf, client_for: ClientFor
) -> None:
    account_of("=SUM(A1)", ssh_keys=(public_key("held"),))
    answer = client_for(None).get(reverse("endpoints:accounts_csv"))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 3
    assert lines[1].startswith('"\'=SUM(A1)"')
    assert "SHA256:" in lines[1]
    assert f'"{account.certificates.get().certificate.sha256}"' in lines[2]


def test_a_list_asks_as_little_for_a_thousand_as_for_two_pages(
    account: Account, client_for: ClientFor
) -> None:
    held, service = account.certificates.get().certificate, account.services.get()
    browser = client_for(None)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(reverse("endpoints:accounts")).status_code == 200
        return len(queries)

    def fill(numbers: range) -> None:
        made = Account.objects.bulk_create(Account(name=f"a{number}") for number in numbers)
        AccountCertificate.objects.bulk_create(
            AccountCertificate(account=one, certificate=held) for one in made
        )
        service.accounts.add(*made)

    fill(range(99))
    few = asked()
    fill(range(99, 1_000))
    assert asked() == few
    assert few <= 15
