"""The certificates that benchmarks work on: leaves of an issuing CA under a root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.pki.chains import DAY, MOMENT, Issued, PrivateKey, make_ca, make_key, make_leaf

__all__ = ["KEYS", "MOMENT", "Hierarchy", "batched", "make_hierarchy"]


def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


KEYS: dict[str, Callable[[], PrivateKey]] = {"P-256": make_key, "RSA-2048": _rsa_key}


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A root, the CA that it issued, and the one key that all leaves have."""

    root: Issued
    issuer: Issued
    leaf_key: PrivateKey

    def leaves(self, count: int, *, first: int = 0) -> Iterator[Issued]:
        """Server certificates with a name of their own, ending on many different days."""
        for number in range(first, first + count):
            yield make_leaf(
                f"host{number}.example.com",
                self.issuer,
                key=self.leaf_key,
                not_after=MOMENT + (30 + number % 300) * DAY,
            )


def make_hierarchy(kind: str = "P-256", *, name: str = "Bench") -> Hierarchy:
    new_key = KEYS[kind]
    root = make_ca(f"{name} root", key=new_key())
    return Hierarchy(root, make_ca(f"{name} issuer", root, key=new_key()), new_key())


def batched(items: Iterator[Issued], size: int) -> Iterator[list[Issued]]:
    while batch := list(islice(items, size)):
        yield batch
