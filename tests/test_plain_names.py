"""Whatever people call a thing by, no character of it acts instead of showing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certificates.models import (
    Certificate,
    CertificateRequest,
    KeyOrigin,
    KeyUse,
    Label,
    Owner,
    PrivateKey,
)
from certificates.services.label_certificates import label_certificates
from certificates.services.store_private_key import store_private_key
from tests.certificates.keys.material import pkcs8_of
from tests.truststores.conftest import authority, bring_in
from truststores.models import TrustStore

pytestmark = pytest.mark.django_db

# What turns the direction, has no width, or moves the cursor of a terminal.
HIDDEN = ("Pay\u202epal", "Pay\u200bpal", "Pay\ufeffpal", "Pay\x1b[31mpal", "Pay\u2066pal")


@pytest.fixture
def key(db: None) -> PrivateKey:
    return store_private_key(
        actor=None, pkcs8=pkcs8_of("P-256"), name="a key", origin=KeyOrigin.IMPORTED
    )


def words_of(answer: Any) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode()))


STORE = {"usage": "server", "revocation": "none", "security_level": "1", "common_name": "on"}
KEY = {"name": "web", "algorithm": "P-256", "new_owner_kind": "application"}
REQUEST = {
    "profile": "server",
    "common_name": "www.example.com",
    "alt_names_value": "www.example.com",
    "alt_names_kind": "dns",
    "key_choice": "new",
    "algorithm": "P-256",
    "digest": "sha256",
}

# The page, what it needs beside the name, the field of the name, and what must not come to be.
NAMED: dict[str, tuple[str, dict[str, str], str, Any]] = {
    "trust store": ("truststores:trust_store_new", STORE, "name", TrustStore),
    "owner": ("certificates:owner_new", {"kind": "person"}, "name", Owner),
    "key": ("certificates:key_new", KEY, "name", PrivateKey),
    "label of a key": ("certificates:key_new", KEY, "labels", PrivateKey),
    "owner of a key": ("certificates:key_new", KEY, "new_owner_name", PrivateKey),
    "key of a request": ("certificates:request_new", REQUEST, "key_name", CertificateRequest),
}


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("thing", NAMED)
def test_a_name_that_hides_something_is_refused_beside_its_field(
    client_for: Callable[..., Client], thing: str, name: str
) -> None:
    page, others, field, rows = NAMED[thing]
    answer = client_for("operator").post(reverse(page), {**others, field: name})
    assert answer.status_code in (200, 400)
    assert "holds a character that cannot be seen: Pay\\" in words_of(answer)
    assert not rows.objects.exists()


def test_a_thing_that_is_here_does_not_take_such_a_name(
    client_for: Callable[..., Client], key: PrivateKey
) -> None:
    operator = client_for("operator")
    address = reverse("certificates:key_edit", args=[key.pk])
    answer = operator.post(address, {"name": HIDDEN[0], "new_owner_kind": "person"})
    assert "cannot be seen" in words_of(answer)
    address = reverse("certificates:key_use", args=[key.pk])
    told = {"protocol": "tls", "place": HIDDEN[1], "partner": ""}
    assert "cannot be seen" in words_of(operator.post(address, told, follow=True))
    assert not KeyUse.objects.exists()
    assert PrivateKey.objects.get().name == "a key"


def test_such_a_label_is_not_put_on_and_may_be_taken_off(
    client_for: Callable[..., Client], person: Any
) -> None:
    (row,) = bring_in(authority("R"))
    operator = client_for("operator")
    told = {"selected": [row.pk], "labels": HIDDEN[0]}
    answer = operator.post(reverse("certificates:label"), told, follow=True)
    assert "A label holds a character that cannot be seen" in words_of(answer)
    assert not Label.objects.exists()
    label_certificates(actor=person("operator", "ada"), certificates=[row.pk], add=[HIDDEN[0]])
    operator.post(reverse("certificates:label"), told | {"act": "remove"})
    assert not Certificate.objects.get().labels.exists()


def test_letters_of_every_script_are_names(client_for: Callable[..., Client]) -> None:
    operator = client_for("operator")
    for name in ("Größe & Söhne", "株式会社", "Ελλάς"):
        assert (
            operator.post(
                reverse("truststores:trust_store_new"), STORE | {"name": name}
            ).status_code
            == 302
        )
