"""The pages of the key store."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from certificates.models import PrivateKey

pytestmark = pytest.mark.django_db
Stored = Callable[..., PrivateKey]
ALGORITHMS = ("RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448")


@pytest.fixture
def client(client_for: Callable[..., Any]) -> Any:
    return client_for("administrator")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_page_of_a_key_shows_every_face(stored: Stored, client: Any, algorithm: str) -> None:
    key = stored(algorithm)
    page = client.get(key.get_absolute_url()).content.decode()
    assert key.spki_sha256 in page
    assert "BEGIN PUBLIC KEY" in page
    assert ("SHA256:" in page) == bool(key.ssh_sha256)


def test_the_pages_open(stored: Stored, client: Any) -> None:
    key = stored()
    for name in ("keys", "public_keys", "key_new", "key_import"):
        assert client.get(reverse(f"certificates:{name}")).status_code == 200
    for name in ("key", "key_edit"):
        assert client.get(reverse(f"certificates:{name}", args=[key.pk])).status_code == 200


def test_a_double_click_makes_one_key(client: Any) -> None:
    form = {"name": "web", "algorithm": "P-256", "token": str(uuid.uuid4())}
    answers = [client.post(reverse("certificates:key_new"), form) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {
        PrivateKey.objects.get().get_absolute_url()
    }
