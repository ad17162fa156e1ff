"""Keys that are made once in a run."""

from __future__ import annotations

from functools import cache

from pki.key_generation import KeySpec, generate


def pkcs8_of(algorithm: str, number: int = 0) -> bytes:
    """The key of that kind and number; the same one for the whole run."""
    return _made(algorithm, number)


@cache
def _made(algorithm: str, number: int) -> bytes:
    return generate(KeySpec(algorithm=algorithm))
