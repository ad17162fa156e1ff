"""Keys of the tests' own, made once where making them costs time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from certificates.models import KeyOrigin, PrivateKey
from certificates.services.store_private_key import store_private_key
from tests.certificates.keys.material import pkcs8_of


@pytest.fixture
def stored(db: None) -> Callable[..., PrivateKey]:
    """Keep a key: `stored("P-256", name="web")`."""

    def keep(algorithm: str = "P-256", number: int = 0, **options: Any) -> PrivateKey:
        given: dict[str, Any] = {
            "actor": None,
            "name": "a key",
            "origin": KeyOrigin.IMPORTED,
            "pkcs8": pkcs8_of(algorithm, number),
        }
        return store_private_key(**(given | options))

    return keep
