"""Making key pairs: which there are, and one function that makes them.

RSA-8192 takes from seconds to minutes: callers run it as a job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from pki.errors import PkiError

SMALLEST_RSA = 2048
LARGEST_RSA = 8192
# Whole octets, and halves of whole octets: what every peer loads.
RSA_STEP = 256
PUBLIC_EXPONENT = 65537
# From here on a generation is a job: above a second on an ordinary core.
SLOW_RSA = 4096

PRESET = "RSA-3072"
OFFERED: tuple[str, ...] = (
    "RSA-2048",
    "RSA-3072",
    "RSA-4096",
    "RSA-8192",
    "P-256",
    "P-384",
    "P-521",
    "Ed25519",
    "Ed448",
)

_MAKERS: Mapping[str, Callable[[], PrivateKeyTypes]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "Ed448": ed448.Ed448PrivateKey.generate,
}


class KeySpecRefused(PkiError):
    """A key that is not made here. Data: `algorithm`, and for RSA `minimum`, `maximum`, `step`."""

    code = "key.spec_refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeySpec:
    """Which key to make: `RSA-<bits>` (2048 to 8192, a multiple of 256), `P-256`, `P-384`, `P-521`,
    `Ed25519` or `Ed448`. Raises `KeySpecRefused` for anything else.
    """

    algorithm: str = PRESET

    def __post_init__(self) -> None:
        if self.algorithm in _MAKERS:
            return
        bits = _rsa_bits(self.algorithm)
        if not SMALLEST_RSA <= bits <= LARGEST_RSA or bits % RSA_STEP:
            raise KeySpecRefused(
                algorithm=self.algorithm[:32],
                minimum=SMALLEST_RSA,
                maximum=LARGEST_RSA,
                step=RSA_STEP,
            )

    @property
    def rsa_bits(self) -> int:
        """The size of an RSA key, 0 for others."""
        return _rsa_bits(self.algorithm)

    @property
    def is_slow(self) -> bool:
        """Whether making it may take longer than a page may."""
        return self.rsa_bits >= SLOW_RSA


def _rsa_bits(algorithm: str) -> int:
    digits = algorithm.removeprefix("RSA-")
    if digits == algorithm or not (digits.isascii() and digits.isdigit() and len(digits) <= 5):
        return 0
    return int(digits)


def generate(spec: KeySpec) -> bytes:
    """A new private key as PKCS#8 DER, unencrypted: the caller seals it at once."""
    bits = spec.rsa_bits
    key = (
        rsa.generate_private_key(public_exponent=PUBLIC_EXPONENT, key_size=bits)
        if bits
        else _MAKERS[spec.algorithm]()
    )
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_part(pkcs8: bytes) -> bytes:
    """The DER SubjectPublicKeyInfo of a private key that this console holds (checked at import)."""
    key = load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
