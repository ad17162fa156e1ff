"""A key that something works with is not lost before that was shown."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from certificates.models import Certificate, KeyOrigin, KeyState, PrivateKey
from certificates.services.add_key_use import add_key_use
from certificates.services.store_private_key import store_private_key
from endpoints.models import Service
from tests.certificates.keys.material import pkcs8_of
from tests.endpoints.conftest import AccountOf, ServiceOf
from tests.endpoints.kits.conftest import stored_pair
from tests.pki.kits.made import client_pair, server_pair

__all__ = ["stored_pair"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client_for: Any) -> Client:
    client: Client = client_for("operator")
    return client


def key_of(certificate: Certificate) -> PrivateKey:
    return PrivateKey.objects.get(spki_sha256=certificate.spki_sha256)


def ask(client: Client, key: PrivateKey, state: str, **more: str) -> Any:
    told = {"state": state, "reason": "stolen", "sure": "on", **more}
    return client.post(reverse("certificates:key_state", args=[key.pk]), told)


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def confirmed(client: Client, answer: Any, key: PrivateKey) -> Any:
    """Send what the button of the page sends."""
    page = answer.content.decode()
    told = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    told.pop("csrfmiddlewaretoken", None)
    return client.post(reverse("certificates:key_state", args=[key.pk]), told)


def state_of(key: PrivateKey) -> str:
    return PrivateKey.objects.get(pk=key.pk).state


@pytest.mark.parametrize("state", ["compromised", "destroyed"])
def test_what_works_with_a_key_is_said_before_it_is_lost(
    operator: Client, stored_pair: Any, service_of: ServiceOf, account_of: AccountOf, state: str
) -> None:
    server = stored_pair(server_pair("ftp.example.com"))
    service_of("Gateway", "ftp.example.com", certificate=server)
    key = key_of(server)
    account_of("partner-7", ssh_keys=(key,))
    add_key_use(actor=None, key=key, protocol="tls", place="the proxy")
    shown = ask(operator, key, state)
    assert shown.status_code == 200
    words = text_of(shown)
    for use in ("Presented by Gateway", "SSH key of partner-7", "Noted for the proxy"):
        assert use in words
    assert "Has the certificate ftp.example.com" in words
    assert state_of(key) == KeyState.ACTIVE
    assert hasattr(key, "sealed")
    for _ in range(2):
        assert confirmed(operator, shown, key).status_code == 302
    assert state_of(key) == state
    event = AuditEvent.objects.get(action="key.state_changed")
    assert event.data["in_use_by"] == 4
    assert "presented by Gateway" in event.data["used"]
    assert event.data["reason"] == "stolen"
    # What rested on it is judged again without it.
    assert Service.objects.filter(due_at__lte=timezone.now()).exists()


def test_what_came_to_use_it_meanwhile_is_shown_too(
    operator: Client, stored_pair: Any, service_of: ServiceOf, account_of: AccountOf
) -> None:
    client = stored_pair(client_pair("alice"))
    key = key_of(client)
    shown = ask(operator, key, "compromised")
    account_of("alice", certificates=[client])
    again = confirmed(operator, shown, key)
    assert again.status_code == 200
    assert "has changed since you looked" in text_of(again)
    assert "Logs in as alice" in text_of(again)
    assert state_of(key) == KeyState.ACTIVE
    confirmed(operator, again, key)
    assert state_of(key) == KeyState.COMPROMISED


def test_a_host_key_is_in_use(operator: Client, service_of: ServiceOf) -> None:
    key = store_private_key(
        actor=None, pkcs8=pkcs8_of("Ed25519"), name="host", origin=KeyOrigin.IMPORTED
    )
    service_of("Files", "sftp.example.com", protocol="sftp", host_keys=(key,))
    assert "Host key of Files" in text_of(ask(operator, key, "destroyed"))
    assert state_of(key) == KeyState.ACTIVE


def test_a_key_that_nothing_uses_and_a_state_that_ends_nothing_are_not_asked_about(
    operator: Client, stored_pair: Any
) -> None:
    used = key_of(stored_pair(client_pair("alice")))
    assert ask(operator, used, "suspended").status_code == 302
    idle = store_private_key(
        actor=None, pkcs8=pkcs8_of("Ed25519"), name="idle", origin=KeyOrigin.IMPORTED
    )
    assert ask(operator, idle, "destroyed").status_code == 302
    assert (state_of(used), state_of(idle)) == (KeyState.SUSPENDED, KeyState.DESTROYED)


def test_whoever_may_not_change_keys_is_not_shown_the_question(
    client_for: Any, stored_pair: Any
) -> None:
    key = key_of(stored_pair(client_pair("alice")))
    assert ask(client_for("auditor"), key, "compromised").status_code == 403
