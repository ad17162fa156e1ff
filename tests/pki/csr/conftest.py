"""One key of each algorithm for the tests of requests."""

from __future__ import annotations

import pytest

from pki.key_generation import KeySpec, generate


@pytest.fixture(scope="session")
def made_keys() -> dict[str, bytes]:
    return {
        algorithm: generate(KeySpec(algorithm=algorithm))
        for algorithm in ("RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448")
    }


@pytest.fixture(scope="session")
def key(made_keys: dict[str, bytes]) -> bytes:
    return made_keys["Ed25519"]
