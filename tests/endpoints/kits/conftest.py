"""Kits made by the services, as the pages make them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate, KeyOrigin, PrivateKey
from certificates.services.store_private_key import store_private_key
from certificates.services.write_rows import write_certificates
from endpoints.kit_specs import KitNotes, KitOrder, KitParties, NewPair
from endpoints.models import Kit
from endpoints.services.begin_kit import begin_kit
from endpoints.services.create_kit import create_kit
from pki.certificate import parse_certificate
from pki.kits.meeting import Protocol
from tests.pki.kits.made import Pair

PHRASE = "correct horse battery 9"
QUICK = NewPair(algorithm="P-256", days=365)


def parties_of(**changes: Any) -> KitParties:
    given: dict[str, Any] = {
        "protocol": Protocol.FTPS_EXPLICIT,
        "addresses": ("ftp.example.com", "10.1.2.3"),
        "port": 21,
        "account_name": "alice",
        "service_name": "Partners",
    }
    return KitParties(**(given | changes))


@pytest.fixture
def actor(person: Callable[..., User]) -> User:
    return person("administrator", "the-maker")


@pytest.fixture
def begun(actor: User) -> Callable[..., Kit]:
    """Begin a kit: `begun(client=certificate.pk, account_name="bob")`."""

    def make(
        *, server: NewPair | int = QUICK, client: NewPair | int = QUICK, **changes: Any
    ) -> Kit:
        order = KitOrder(parties=parties_of(**changes), server=server, client=client)
        return begin_kit(actor=actor, order=order, token=uuid.uuid4())

    return make


@pytest.fixture
def made(actor: User, begun: Callable[..., Kit]) -> Callable[..., Kit]:
    """A kit that was created, nothing of it noted elsewhere."""

    def make(**options: Any) -> Kit:
        kit = begun(**options)
        return create_kit(actor=actor, kit=kit, notes=KitNotes(name=kit.name))

    return make


@pytest.fixture
def stored_pair(db: None) -> Callable[..., Certificate]:
    """Bring a chain into the inventory, and its key into the key store unless it is elsewhere."""

    def store(pair: Pair, *, key_here: bool = True) -> Certificate:
        write_certificates([parse_certificate(der) for der in pair.chain], job_id=None)
        if key_here:
            store_private_key(actor=None, pkcs8=pair.key, name="a key", origin=KeyOrigin.IMPORTED)
        return Certificate.objects.get(sha256=pair.shown.leaf.sha256)

    return store


def key_of(certificate: Certificate) -> PrivateKey:
    return PrivateKey.objects.get(spki_sha256=certificate.spki_sha256)


def signed_in_again(client: Client, ago: float = 0) -> Client:
    """As if the password had been given again so many seconds ago."""
    asked = client.post(reverse("account_reauthenticate"), {"password": "correct horse 9"})
    assert asked.status_code == 302
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= ago
    session.save()
    return client


@pytest.fixture
def custodian(client_for: Callable[..., Client]) -> Client:
    return signed_in_again(client_for("custodian"))


def form(**changes: str) -> dict[str, str]:
    given = {
        "form": "pkcs8",
        "passphrase": PHRASE,
        "passphrase_again": PHRASE,
        "reason": "for the new server",
    }
    return given | changes
