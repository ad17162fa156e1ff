"""The key store: what is sealed, what opens, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from certificates.models import (
    KeyOrigin,
    PrivateKey,
)
from certificates.services.open_private_key import SIGN, open_private_key
from certificates.services.store_private_key import store_private_key
from pki.key_generation import KeySpec, generate, public_part

pytestmark = pytest.mark.django_db


def a_key(**options: Any) -> PrivateKey:
    given = {"actor": None, "name": "a key", "origin": KeyOrigin.GENERATED}
    return store_private_key(**(given | {"pkcs8": generate(KeySpec(algorithm="P-256"))} | options))


def test_it_gives_back_the_same_bytes() -> None:
    pkcs8 = generate(KeySpec(algorithm="Ed25519"))
    key = a_key(pkcs8=pkcs8)
    assert open_private_key(key=key, purpose=SIGN) == pkcs8
    assert bytes(key.spki) == public_part(pkcs8)
