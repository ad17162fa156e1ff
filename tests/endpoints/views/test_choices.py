"""What forms let people choose: searched on the server, bounded, for whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates.models import PrivateKey
from endpoints.choices import CHOICES, MOST_FOUND
from tests.certificates.keys.conftest import stored
from tests.endpoints.conftest import ServiceOf
from tests.endpoints.keys import public_key
from tests.truststores.conftest import authority, bring_in, leaf

__all__ = ["stored"]

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | None], Client]
ISSUING = authority("Choice CA")


def found(client: Client, kind: str, text: str = "", **more: str) -> str:
    address = reverse("endpoints:choices", args=[kind])
    answer = client.get(address, {"q": text, "name": kind, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_finds_certificates_by_name_serial_and_fingerprint(client_for: ClientFor) -> None:
    one, other = bring_in(leaf("one.example.org", ISSUING), leaf("other.example.org", ISSUING))
    browser = client_for(None)
    for text in ("one.example", one.serial, one.sha256[:12], "ONE"):
        assert f'value="{one.pk}"' in found(browser, "certificate", text)
        assert f'value="{other.pk}"' not in found(browser, "certificate", text)
    assert "Nothing found" in found(browser, "certificate", "missing")


@pytest.mark.parametrize("kind", CHOICES)
def test_what_no_database_stores_finds_nothing(client_for: ClientFor, kind: str) -> None:
    assert "Nothing found" in found(client_for(None), kind, "a\0b")


def test_it_offers_a_radio_or_checkboxes_and_leaves_out_what_is_chosen(
    client_for: ClientFor,
) -> None:
    [one] = bring_in(leaf("one.example.org", ISSUING))
    browser = client_for(None)
    assert 'type="radio"' in found(browser, "certificate", "one")
    assert 'type="checkbox"' in found(browser, "certificate", "one", many="1")
    assert f'value="{one.pk}"' not in found(browser, "certificate", "one", chosen=str(one.pk))


def test_authorities_come_first_where_a_chain_is_chosen(client_for: ClientFor) -> None:
    ca, one = bring_in(ISSUING, leaf("one.choice ca.example.org", ISSUING))
    text = found(client_for(None), "chain", "choice", many="1")
    assert text.index(f'value="{ca.pk}"') < text.index(f'value="{one.pk}"')


def test_it_is_bounded_and_says_so(client_for: ClientFor) -> None:
    bring_in(*(leaf(f"many{number}.example.org", ISSUING) for number in range(MOST_FOUND + 5)))
    browser = client_for(None)
    with CaptureQueriesContext(connection) as for_many:
        text = found(browser, "certificate", "many")
    assert text.count('type="radio"') == MOST_FOUND
    assert "narrow them down" in text
    with CaptureQueriesContext(connection) as for_one:
        found(browser, "certificate", "many7.")
    assert len(for_many) <= len(for_one)


def test_it_finds_keys_that_speak_ssh(
    client_for: ClientFor, stored: Callable[..., PrivateKey]
) -> None:
    held, theirs = stored("Ed25519", name="gateway"), public_key("partner")
    stored("Ed448", name="no ssh form")
    browser = client_for(None)
    text = found(browser, "key", many="1")
    assert f'value="private:{held.pk}"' in text
    assert f'value="public:{theirs.pk}"' in text
    assert f"private:{held.pk}" in found(browser, "key", held.short_fingerprint)
    assert f"public:{theirs.pk}" not in found(browser, "key", "gateway")


def test_it_finds_services_by_name_and_address(
    client_for: ClientFor, service_of: ServiceOf
) -> None:
    one, other = service_of("One", "ftp.example.org"), service_of("Other")
    text = found(client_for(None), "service", "ftp.example", many="1")
    assert f'value="{one.pk}"' in text
    assert f'value="{other.pk}"' not in text


@pytest.mark.parametrize(
    ("kind", "name"), [("secrets", "certificate"), ("certificate", ""), ("certificate", 'x"><b>')]
)
def test_it_gives_nothing_else(client_for: ClientFor, kind: str, name: str) -> None:
    address = reverse("endpoints:choices", args=[kind])
    assert client_for(None).get(address, {"name": name}).status_code == 404


def test_nobody_in_particular_finds_nothing(client_for: ClientFor) -> None:
    address = reverse("endpoints:choices", args=["certificate"])
    assert client_for("anonymous").get(address, {"name": "certificate"}).status_code == 302
