"""Keys that are made once in a run, and what would give them away."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from pki.key_generation import KeySpec, generate


def pkcs8_of(algorithm: str, number: int = 0) -> bytes:
    """The key of that kind and number; the same one for the whole run."""
    return _made(algorithm, number)


@cache
def _made(algorithm: str, number: int) -> bytes:
    return generate(KeySpec(algorithm=algorithm))


def secrets_of(pkcs8: bytes) -> list[bytes]:
    """Parts of the private numbers, each long enough never to be there by chance."""
    key = load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        return [
            n.to_bytes(512, "big").lstrip(b"\0")[4:36] for n in (numbers.d, numbers.p, numbers.q)
        ]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return [key.private_numbers().private_value.to_bytes(66, "big").lstrip(b"\0")[:24]]
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    return [key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())]


def notations(secret: bytes) -> Iterator[bytes]:
    """As it is, in hex of either case, in base64 at each of its three places, and escaped."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    yield repr(secret)[2:-1].encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret).rstrip(b"=")
        # The first and last characters also carry bits of what stands beside.
        yield encoded[4:-4]
