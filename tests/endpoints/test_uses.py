"""Where certificates, keys and stores are used, and that what is used stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate, PrivateKey, PublicKey
from tests.certificates.keys.conftest import stored
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.endpoints.keys import public_key
from tests.truststores.conftest import authority, bring_in, leaf
from truststores.models import TrustStore

__all__ = ["stored"]

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., TrustStore]

ROOT = authority("Uses Root")
ISSUING = authority("Uses Issuing CA", ROOT)
SERVER = leaf("uses.example.org", ISSUING)
CLIENT = leaf("uses-client", ISSUING, usages=("client",))


def page(client: Client, shown: Any) -> str:
    return client.get(shown.get_absolute_url()).content.decode()


def test_a_certificate_names_who_presents_sends_and_logs_in_with_it(
    service_of: ServiceOf, account_of: AccountOf, client_for: ClientFor
) -> None:
    _, issuing, server, client = bring_in(ROOT, ISSUING, SERVER, CLIENT)
    service_of("The FTPS", certificate=server, chain=[issuing])
    account_of("The account", certificates=[client])
    browser = client_for(None)
    assert "The FTPS" in page(browser, server)
    assert "Sent in the chain of" in page(browser, issuing)
    assert "The account" in page(browser, client)


def test_who_may_begins_from_a_certificate_by_what_it_is_for(client_for: ClientFor) -> None:
    issuing, server, client = bring_in(ISSUING, SERVER, CLIENT)
    operator = client_for("operator")
    service, account = (
        reverse("endpoints:service_new") + "?certificate=",
        reverse("endpoints:account_new") + "?certificate=",
    )
    assert f"{service}{server.pk}" in page(operator, server)
    assert account not in page(operator, server)
    assert f"{account}{client.pk}" in page(operator, client)
    assert service not in page(operator, client)
    assert service not in page(operator, issuing)
    assert service not in page(client_for("auditor"), server)


def test_keys_name_their_services_and_accounts(
    service_of: ServiceOf,
    account_of: AccountOf,
    client_for: ClientFor,
    stored: Callable[..., PrivateKey],
) -> None:
    held, theirs = stored("Ed25519", name="host"), public_key("partner")
    service_of("The SFTP", "sftp.example.org", protocol="sftp", host_keys=(held,))
    account_of("The account", ssh_keys=(theirs,))
    browser = client_for(None)
    assert "The SFTP" in page(browser, held)
    assert "The account" in page(browser, theirs)


def test_a_store_names_both_directions(
    service_of: ServiceOf, store_of: StoreOf, client_for: ClientFor
) -> None:
    clients, servers = store_of("Clients", ROOT, usage="client"), store_of("Servers", ROOT)
    service_of("The FTPS", client_store=clients, server_store=servers)
    browser = client_for(None)
    assert "Accept their clients by it" in page(browser, clients)
    assert "Are accepted by their clients by it" in page(browser, servers)


def test_a_used_certificate_stays_with_the_reasons(
    service_of: ServiceOf, account_of: AccountOf, client_for: ClientFor
) -> None:
    issuing, server, client = bring_in(ISSUING, SERVER, CLIENT)
    service = service_of("The FTPS", certificate=server, chain=[issuing])
    account = account_of("The account", certificates=[client])
    selected = [issuing.pk, server.pk, client.pk]
    answer = client_for("operator").post(
        reverse("certificates:delete"), {"selected": selected, "confirmed": "1"}
    )
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "the service “The FTPS”" in text
    assert "the chain that the service “The FTPS” sends" in text
    assert "the account “The account”, which logs in with it" in text
    assert f'href="{service.get_absolute_url()}"' in text
    assert f'href="{account.get_absolute_url()}"' in text
    assert Certificate.objects.filter(pk__in=selected).count() == 3


def test_a_used_store_stays_with_the_reasons(
    service_of: ServiceOf, store_of: StoreOf, client_for: ClientFor
) -> None:
    store = store_of("Clients", ROOT, usage="client")
    service = service_of("The FTPS", client_store=store)
    address = reverse("truststores:trust_store_delete", args=[store.pk])
    answer = client_for("operator").post(address, {"revision": store.revision})
    assert answer.status_code == 409
    assert "the service “The FTPS”" in answer.content.decode()
    assert f'href="{service.get_absolute_url()}"' in answer.content.decode()
    assert TrustStore.objects.filter(pk=store.pk).exists()


def test_a_store_that_is_used_is_not_offered_for_deleting(
    service_of: ServiceOf, store_of: StoreOf, client_for: ClientFor
) -> None:
    store = store_of("Clients", ROOT, usage="client")
    address = reverse("truststores:trust_store_delete", args=[store.pk])
    operator = client_for("operator")
    assert "Delete the trust store" in operator.get(address).content.decode()
    clients = service_of("The FTPS", client_store=store)
    servers = service_of("The HTTPS", server_store=store)
    page = operator.get(address).content.decode()
    assert "Delete the trust store" not in page
    for service in (clients, servers):
        assert f"the service “{service.name}”" in page
        assert f'href="{service.get_absolute_url()}"' in page


def test_a_used_public_key_stays_with_the_reasons(
    account_of: AccountOf, client_for: ClientFor
) -> None:
    key = public_key("partner")
    account = account_of("The account", ssh_keys=(key,))
    address = reverse("certificates:public_key_delete", args=[key.pk])
    answer = client_for("operator").post(address, {"confirmed": "1"})
    assert answer.status_code == 409
    assert f'href="{account.get_absolute_url()}"' in answer.content.decode()
    assert PublicKey.objects.filter(pk=key.pk).exists()
