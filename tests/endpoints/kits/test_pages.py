"""The pages of kits: the wizard, the list, one kit; who may open them and what they say."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate, Lifecycle, PrivateKey
from certificates.services.change_lifecycle import change_lifecycle
from endpoints.models import Account, Kit, KitStage, Service
from pki.kits.meeting import Side
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.pki.chains import DAY
from tests.pki.kits.made import NOW, Pair, client_pair, issued_pair, server_pair
from truststores.models import StoreMember, TrustStore
from truststores.services.add_members import add_members
from truststores.specs import NewMember

pytestmark = pytest.mark.django_db

ClientFor = Callable[..., Client]
Made = Callable[..., Kit]
StoredPair = Callable[..., Certificate]

WHO = {
    "service_choice": "new",
    "service_name": "Partners",
    "protocol": "https",
    "addresses_value": ["www.example.com", "10.1.2.3"],
    "port": "",
    "account_choice": "new",
    "account_name": "alice",
}
PAIRS = {
    "server_choice": "new",
    "server_algorithm": "P-256",
    "server_days": "365",
    "client_choice": "new",
    "client_algorithm": "Ed25519",
    "client_days": "30",
    "act": "begin",
}


def second_page(**changes: object) -> str:
    query = urlencode({**WHO, **changes}, doseq=True)
    return f"{reverse('endpoints:kit_certificates')}?{query}"


def text_of(answer: object) -> str:
    """What a person reads."""
    content = answer.content.decode()  # type: ignore[attr-defined]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", content)).split()).replace(" ,", ",")


@pytest.fixture
def operator(client_for: ClientFor) -> Client:
    return client_for("operator")


def test_from_the_first_page_to_the_kit(operator: Client) -> None:
    first = operator.get(reverse("endpoints:kit_new"))
    assert first.status_code == 200
    assert "A new account" in text_of(first)
    second = operator.get(second_page())
    assert "www.example.com, 10.1.2.3" in text_of(second)
    assert not PrivateKey.objects.exists()
    begun = operator.post(second_page(), PAIRS)
    kit = Kit.objects.get()
    assert begun["Location"] == reverse("endpoints:kit_check", args=[kit.pk])
    assert (kit.protocol, kit.port, kit.addresses) == ("https", 443, WHO["addresses_value"])
    assert kit.client_certificate.key_algorithm == "Ed25519"
    third = text_of(operator.get(begun["Location"]))
    assert "server_key.pem The private key of the server, for the server alone" in third
    assert "The same client without its certificate Refused by the server" in third
    assert "Somebody else with the client's name" in third
    assert "error 18 at depth 0: self-signed certificate" in third
    notes = {"name": "A kit", "service": "on", "account": "on", "client_store": "on"}
    created = operator.post(reverse("endpoints:kit_create", args=[kit.pk]), notes)
    assert created["Location"] == reverse("endpoints:kit", args=[kit.pk])
    assert Service.objects.get().port == 443
    assert Account.objects.get().name == "alice"
    # The check leads on to the kit, and the kit begun leads back to the check.
    assert operator.get(begun["Location"])["Location"] == created["Location"]


def test_a_kit_that_is_begun_leads_to_its_check(begun: Made, operator: Client) -> None:
    kit = begun()
    answer = operator.get(reverse("endpoints:kit", args=[kit.pk]))
    assert answer["Location"] == reverse("endpoints:kit_check", args=[kit.pk])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"addresses_value": ""}, "Give at least one address"),
        ({"addresses_value": "a b c.example.com:21"}, "ends with a port"),
        ({"addresses_value": "*.example.com"}, "asterisk"),
        ({"addresses_value": [f"a{n}.example" for n in range(21)]}, "A kit takes 20 addresses"),
        ({"port": "70000"}, "less than or equal to 65535"),
        ({"port": "x"}, "Enter a whole number"),
        ({"account_name": ""}, "Give the name under which the client logs in"),
        ({"account_name": " alice"}, "begins or ends with a space"),
        ({"account_name": "al\u202eice"}, "cannot be seen"),
        ({"service_name": "gate\u202eway"}, "cannot be seen"),
        ({"protocol": "sftp"}, "Select a valid choice"),
        ({"service_choice": "existing"}, "Choose one of the services"),
        ({"account_choice": "existing"}, "Choose one of the accounts"),
        ({"account_choice": "existing", "account": "99999999999999999999"}, "Select a valid"),
    ],
)
def test_what_is_wrong_on_the_first_page_stands_beside_its_field(
    operator: Client, changes: dict[str, object], sentence: str
) -> None:
    answer = operator.get(second_page(**changes))
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "Next: certificates" in text_of(answer)


def test_more_rows_without_scripts(operator: Client) -> None:
    answer = operator.get(second_page(act="more_rows"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count('name="addresses_value"') == 7
    assert 'value="www.example.com"' in page
    assert 'value="alice"' in page


def test_the_second_page_alone_leads_to_the_first(operator: Client) -> None:
    answer = operator.get(reverse("endpoints:kit_certificates"))
    assert answer["Location"] == reverse("endpoints:kit_new")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"server_days": "0"}, "36500"),
        ({"server_days": ""}, "Say for how many days"),
        ({"server_days": "x"}, "Enter a whole number"),
        ({"server_algorithm": "RSA-8192"}, "Select a valid choice"),
        ({"server_choice": "existing"}, "Choose one of the certificates"),
        ({"server_choice": "existing", "server_certificate": "123456"}, "Select a valid choice"),
        ({"client_choice": "other"}, "Select a valid choice"),
        ({"server_choice": "existing", "server_certificate": "9" * 5000}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_on_the_second_page_stands_beside_its_field(
    operator: Client, changes: dict[str, str], sentence: str
) -> None:
    answer = operator.post(second_page(), PAIRS | changes)
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert not Kit.objects.exists()
    assert not PrivateKey.objects.exists()


def test_a_warning_is_shown_and_accepted(operator: Client) -> None:
    answer = operator.post(second_page(), PAIRS | {"server_days": "2000"})
    assert answer.status_code == 400
    assert "The server:" in text_of(answer)
    digest = re.search(r'name="accepted" value="([0-9a-f]+)"', answer.content.decode())
    assert digest is not None
    accepted = PAIRS | {"server_days": "2000", "accepted": digest[1]}
    assert operator.post(second_page(), accepted).status_code == 302


def test_a_form_sent_twice_is_one_kit(operator: Client) -> None:
    page = operator.get(second_page()).content.decode()
    token = re.search(r'name="token" value="([0-9a-f-]{36})"', page)
    assert token is not None
    answers = [operator.post(second_page(), PAIRS | {"token": token[1]}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Kit.objects.count() == 1


# Certificates that are here ----------------------------------------------------------------------


def test_certificates_are_found_on_the_server(operator: Client, stored_pair: StoredPair) -> None:
    held = stored_pair(server_pair("www.example.com", "10.1.2.3"))
    elsewhere = stored_pair(client_pair("alice"), key_here=False)
    # What a certificate of each side would be called is searched for at first.
    page = operator.get(second_page()).content.decode()
    assert f'value="{held.pk}"' in page
    assert f'value="{elsewhere.pk}"' in page
    assert "Key held here" in page
    assert "Key elsewhere" in page
    found = operator.post(
        second_page(), PAIRS | {"act": "search", "server_choice": "existing", "server_q": "nobody"}
    )
    assert found.status_code == 200
    assert f'value="{held.pk}"' not in found.content.decode()
    assert not Kit.objects.exists()


def test_the_enter_key_in_a_search_field_searches(operator: Client) -> None:
    changed = {"server_choice": "existing", "server_q": "new words", "server_searched": "old"}
    answer = operator.post(second_page(), PAIRS | changed | {"act": "enter"})
    assert answer.status_code == 200
    assert operator.post(second_page(), PAIRS | {"act": "enter"}).status_code == 302


def test_existing_certificates_make_a_kit(operator: Client, stored_pair: StoredPair) -> None:
    server = stored_pair(server_pair("www.example.com", "10.1.2.3"))
    client = stored_pair(client_pair("alice"), key_here=False)
    chosen = {
        "server_choice": "existing",
        "server_certificate": str(server.pk),
        "client_choice": "existing",
        "client_certificate": str(client.pk),
        "act": "begin",
    }
    answer = operator.post(second_page(), chosen)
    assert answer.status_code == 302
    page = text_of(operator.get(answer["Location"]))
    assert "Proven, but for a key that is elsewhere" in page
    assert "The key of the client is not held here" in page


def test_a_common_name_that_is_not_the_accounts_is_refused(
    operator: Client, stored_pair: StoredPair
) -> None:
    client = stored_pair(client_pair("Alice"))
    chosen = {"client_choice": "existing", "client_certificate": str(client.pk)}
    answer = operator.post(second_page(), PAIRS | chosen)
    assert answer.status_code == 400
    assert "Its common name is “Alice”, and the account is called “alice”" in text_of(answer)


def test_it_is_begun_and_not_created_where_they_would_not_connect(
    operator: Client, stored_pair: StoredPair
) -> None:
    server = stored_pair(server_pair("other.example.com"))
    chosen = {"server_choice": "existing", "server_certificate": str(server.pk)}
    answer = operator.post(second_page(), PAIRS | chosen)
    kit = Kit.objects.get()
    page = text_of(operator.get(answer["Location"]))
    assert "They would not connect like this" in page
    assert "Other certificates" in page
    assert "error 62 at depth 0: hostname mismatch" in page.lower()
    assert "Create the kit" not in page
    created = operator.post(reverse("endpoints:kit_create", args=[kit.pk]), {"name": "x"})
    assert created.status_code == 400
    assert "error 62" in text_of(created)
    kit.refresh_from_db()
    assert kit.stage == KitStage.BEGUN
    again = operator.post(reverse("endpoints:kit_prove", args=[kit.pk]), follow=True)
    assert "Refused by the client" in text_of(again)


def test_a_service_and_an_account_bring_what_they_have(
    operator: Client, stored_pair: StoredPair, service_of: ServiceOf, account_of: AccountOf
) -> None:
    server = stored_pair(server_pair("www.example.com"))
    service = service_of("Web", "www.example.com", protocol="https", certificate=server)
    account = account_of("alice", certificates=[stored_pair(client_pair("alice"))])
    first = operator.get(f"{reverse('endpoints:kit_new')}?service={service.pk}")
    page = first.content.decode()
    assert re.search(rf'<option value="{service.pk}"[^>]*selected', page)
    address = second_page(
        service_choice="existing",
        service=service.pk,
        account_choice="existing",
        account=account.pk,
        # What was not chosen is not looked at.
        addresses_value="not an address",
        port="x",
    )
    second = operator.get(address).content.decode()
    assert re.search(rf'name="server_certificate" value="{server.pk}" checked', second)
    chosen = {
        "server_choice": "existing",
        "server_certificate": str(server.pk),
        "client_choice": "existing",
        "client_certificate": str(account.certificates.get().certificate.pk),
        "act": "begin",
    }
    assert operator.post(address, chosen).status_code == 302
    kit = Kit.objects.get()
    assert (kit.service, kit.account) == (service, account)
    assert kit.addresses == ["www.example.com"]


# Trust stores that are there already --------------------------------------------------------------

NOTES = {"name": "Two", "service": "on", "account": "on", "client_store": "on"}


@pytest.fixture
def joining(begun: Made, operator: Client) -> Kit:
    """A kit whose client will join the trust store of a service that lets another one in."""
    first = begun()
    address = reverse("endpoints:kit_create", args=[first.pk])
    operator.post(address, NOTES | {"name": "One"})
    first.refresh_from_db()
    assert first.service is not None
    return begun(
        account_name="bob",
        service_id=first.service.pk,
        service_name=first.service.name,
        server=first.server_certificate.pk,
    )


def names_in_store() -> set[str]:
    return set(StoreMember.objects.values_list("certificate__cn", flat=True))


def hidden_values(page: str) -> dict[str, list[str]]:
    """What the button of a page would send."""
    form = page[page.index('<form class="save-bar"') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def test_what_a_kit_does_to_a_trust_store_is_shown_before_it_is_created(
    joining: Kit, operator: Client
) -> None:
    create = reverse("endpoints:kit_create", args=[joining.pk])
    assert "What that changes is shown first" in text_of(operator.get(joining.get_absolute_url()))
    shown = operator.post(create, NOTES)
    assert shown["Location"].startswith(reverse("endpoints:kit_trust", args=[joining.pk]))
    page = operator.get(shown["Location"])
    assert "Clients of Partners" in text_of(page)
    assert "Nothing that works now breaks" in text_of(page)
    assert re.search(r'data-turn="green" data-count="1"', page.content.decode())
    assert names_in_store() == {"alice"}
    assert Account.objects.count() == 1
    sent = hidden_values(page.content.decode())
    for _ in range(2):
        assert operator.post(create, sent)["Location"] == reverse(
            "endpoints:kit", args=[joining.pk]
        )
    assert names_in_store() == {"alice", "bob"}
    assert Kit.objects.get(pk=joining.pk).name == "Two"
    # The preview of what was created leads to the kit.
    leads = operator.get(shown["Location"])["Location"]
    assert leads == reverse("endpoints:kit", args=[joining.pk])


def test_a_store_that_changed_meanwhile_is_previewed_again(
    joining: Kit, operator: Client, stored_pair: StoredPair, actor: User
) -> None:
    create = reverse("endpoints:kit_create", args=[joining.pk])
    shown = operator.post(create, NOTES)["Location"]
    before = hidden_values(operator.get(shown).content.decode())
    carol = stored_pair(client_pair("carol"))
    add_members(
        actor=actor,
        store_id=TrustStore.objects.get().pk,
        additions=[NewMember(certificate_id=carol.pk)],
    )
    stale = operator.get(shown)
    assert "can no longer be used" in text_of(stale)
    assert "proposal" not in hidden_values(stale.content.decode())
    # Whoever still had the older page is told, and shown what is so now.
    again = operator.post(create, before, follow=True)
    assert "a trust store changed meanwhile" in text_of(again)
    assert names_in_store() == {"alice", "carol"}
    operator.post(create, hidden_values(again.content.decode()))
    assert names_in_store() == {"alice", "bob", "carol"}


@pytest.mark.parametrize("query", ["", "name=x", "name=x&proposal=nothing&proposal=99999999999"])
def test_a_preview_of_nothing_leads_to_the_check(
    joining: Kit, operator: Client, query: str
) -> None:
    answer = operator.get(f"{reverse('endpoints:kit_trust', args=[joining.pk])}?{query}")
    assert answer["Location"] == joining.get_absolute_url()


# The kit and the list ----------------------------------------------------------------------------


def test_the_list_tells_how_each_kit_stands(
    made: Made, begun: Made, stored_pair: StoredPair, operator: Client
) -> None:
    made()
    begun(account_name="begun")
    ended = made(account_name="ended")
    old = stored_pair(client_pair("ended", began=NOW - 400 * DAY, days=10))
    Kit.objects.filter(pk=ended.pk).update(client_certificate=old)
    replaced = made(account_name="replaced")
    change_lifecycle(
        actor=replaced.actor,
        certificate=replaced.client_certificate,
        lifecycle=Lifecycle.RETIRED,
        replaced_by=None,
    )
    soon = made(account_name="soon", client=stored_pair(client_pair("soon", days=20)).pk)
    assert soon.state == "expiring"
    page = operator.get(reverse("endpoints:kits")).content.decode()
    for word in ("ready", "begun", "expired", "retired", "expiring"):
        assert f'data-state="{word}"' in page
    found = operator.get(f"{reverse('endpoints:kits')}?q=ended").content.decode()
    assert found.count("<tr>") == 2
    assert "ended at Partners" in found


def test_a_kit_whose_certificate_was_renewed_leads_to_the_new_one(
    made: Made, operator: Client
) -> None:
    kit = made()
    page = operator.get(kit.get_absolute_url())
    again = re.search(r'href="([^"]*kits/new/certificates/[^"]*)"', page.content.decode())
    assert again is not None
    address = html.unescape(again[1])
    # Nothing is near its end: the same certificates are offered.
    begun = operator.get(address).content.decode()
    assert re.search(
        rf'name="server_certificate" value="{kit.server_certificate.pk}" checked', begun
    )
    assert begun.count("is marked as replaced as soon as this one is made") == 2
    assert operator.post(address, PAIRS).status_code == 302
    second = Kit.objects.latest("pk")
    assert second.renews == kit
    assert second.addresses == kit.addresses
    # The new pairs take the place of the old ones.
    kit.server_certificate.refresh_from_db()
    assert kit.server_certificate.replaced_by == second.server_certificate
    notes = {"name": "Again"}
    operator.post(reverse("endpoints:kit_create", args=[second.pk]), notes)
    page_text = text_of(operator.get(kit.get_absolute_url()))
    assert "Made again" in page_text
    # Made again once more, the successors are offered.
    again_address = html.unescape(again[1])
    third = operator.get(again_address).content.decode()
    assert re.search(
        rf'name="server_certificate" value="{second.server_certificate.pk}" checked', third
    )


def test_deleting_asks_first(made: Made, operator: Client) -> None:
    kit = made()
    address = reverse("endpoints:kit_delete", args=[kit.pk])
    assert "stay as they are" in text_of(operator.get(address))
    assert Kit.objects.exists()
    assert operator.post(address)["Location"] == reverse("endpoints:kits")
    assert not Kit.objects.exists()


@pytest.mark.parametrize("role", ["auditor", None])
def test_who_only_reads_sees_the_kit_and_no_button(
    made: Made, client_for: ClientFor, role: str | None
) -> None:
    kit = made()
    reader = client_for(role)
    page = text_of(reader.get(kit.get_absolute_url()))
    assert "Who meets whom" in page
    for word in ("Download for", "Make again", "Delete", "Try again"):
        assert word not in page
    for name in ("kit_prove", "kit_create", "kit_delete"):
        address = reverse(f"endpoints:{name}", args=[kit.pk])
        assert reader.post(address).status_code == 403


def test_hostile_names_are_shown_as_what_they_are(
    operator: Client, stored_pair: StoredPair
) -> None:
    name = "<b>al</b>'\"&ice"
    answer = operator.post(second_page(account_name=name), PAIRS, follow=True)
    assert answer.status_code == 200
    assert "<b>al" not in answer.content.decode()
    kit = Kit.objects.get()
    operator.post(reverse("endpoints:kit_create", args=[kit.pk]), {"name": name, "account": "on"})
    for address in (kit.get_absolute_url(), reverse("endpoints:kits")):
        assert "<b>al" not in operator.get(address).content.decode()


def test_the_chain_of_an_authority_is_told(
    made: Made, stored_pair: StoredPair, operator: Client
) -> None:
    kit = made(server=stored_pair(issued_pair(Side.SERVER)).pk, addresses=("localhost",))
    page = text_of(operator.get(kit.get_absolute_url()))
    assert "Authority of server" in page
    assert "server_ca.pem What the client accepts of the server" in page


def test_a_missing_issuer_is_told(begun: Made, stored_pair: StoredPair, operator: Client) -> None:
    whole = issued_pair(Side.SERVER)
    alone = stored_pair(Pair(whole.chain[:1], whole.key))
    kit = begun(server=alone.pk, addresses=("localhost",))
    page = text_of(operator.get(kit.get_absolute_url()))
    assert "Authority of server is not in the inventory" in page
    assert "They would not connect like this" in page


def test_certificate_service_and_account_lead_to_their_kits(
    begun: Made, operator: Client, client_for: ClientFor
) -> None:
    kit = begun()
    notes = {"name": "A kit", "service": "on", "account": "on"}
    operator.post(reverse("endpoints:kit_create", args=[kit.pk]), notes)
    kit.refresh_from_db()
    assert kit.service is not None
    assert kit.account is not None
    for shown in (kit.server_certificate, kit.client_certificate, kit.service, kit.account):
        page = operator.get(shown.get_absolute_url()).content.decode()
        assert f'href="{kit.get_absolute_url()}"' in page
    page = operator.get(kit.account.get_absolute_url()).content.decode()
    assert f"{reverse('endpoints:kit_new')}?account={kit.account.pk}" in page
    reader = client_for(None)
    assert "Make a kit" not in text_of(reader.get(kit.account.get_absolute_url()))
