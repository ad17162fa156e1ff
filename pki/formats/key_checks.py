"""Whether the numbers of a private key belong together: asked once, when it comes in, as it is slow."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from pki.findings import Finding
from pki.formats.key_block import BlockRefused, place_of
from pki.formats.public_keys import unsupported
from pki.formats.work_factors import check_rsa_bits
from pki.key_findings import key_finding
from pki.limits import Limits

_CLOSE_BITS = 100
_FULLY_CHECKED = 4096
_TRIALS = 8


def checked_key(
    key: PrivateKeyTypes, line: int, limits: Limits
) -> tuple[bytes, tuple[Finding, ...]]:
    """The key as PKCS#8, once it is known that its private and public numbers belong together.

    With what is odd about it. Raises `BlockRefused` where they do not, and `LimitExceeded`.
    """
    findings: tuple[Finding, ...] = ()
    if isinstance(key, rsa.RSAPrivateKey):
        check_rsa_bits(key.key_size, limits)
        findings = _rsa_findings(key, line)
    elif isinstance(key, dsa.DSAPrivateKey):
        secret = key.private_numbers()
        group = secret.public_numbers.parameter_numbers
        if pow(group.g, secret.x, group.p) != secret.public_numbers.y:
            raise BlockRefused(key_finding("keyfile.public_mismatch", place=place_of(line)))
    elif not isinstance(
        key,
        # Loading has checked a curve's point; the other two compute theirs.
        ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey,
    ):
        name = type(key).__name__.removesuffix("PrivateKey")
        raise BlockRefused(unsupported(name, line))
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    if isinstance(key, rsa.RSAPrivateKey):
        _validate_rsa(key, pkcs8, line)
    return pkcs8, findings


def _validate_rsa(key: rsa.RSAPrivateKey, pkcs8: bytes, line: int) -> None:
    """Refuse numbers that do not belong together; once in a key's life here, as it is slow."""
    if key.key_size <= _FULLY_CHECKED:
        sound = _passes_openssl(pkcs8)
    else:
        sound = _numbers_fit(key.private_numbers()) and _signs_well(key)
    if not sound:
        raise BlockRefused(key_finding("keyfile.inconsistent", place=place_of(line)))


def _passes_openssl(pkcs8: bytes) -> bool:
    """OpenSSL's own check, 128 rounds of Miller and Rabin for each prime among it."""
    try:
        load_der_private_key(pkcs8, None)
    except ValueError:
        return False
    return True


def _numbers_fit(secret: rsa.RSAPrivateNumbers) -> bool:
    """The equations of RFC 8017, section 3.2."""
    p, q, e = secret.p, secret.q, secret.public_numbers.e
    return (
        min(p, q) > 2
        and p != q
        and p * q == secret.public_numbers.n
        and e % 2 == 1
        and all(e * secret.d % (prime - 1) == 1 for prime in (p, q))
        and secret.dmp1 == secret.d % (p - 1)
        and secret.dmq1 == secret.d % (q - 1)
        and secret.iqmp * q % p == 1
    )


def _signs_well(key: rsa.RSAPrivateKey) -> bool:
    """Signatures that verify: with a prime that is none, each one fails by at least a half.

    OpenSSL's own check of RSA-8192 takes ten seconds, longer than anybody waits for a page.
    """
    try:
        for _ in range(_TRIALS):
            message = secrets.token_bytes(32)
            signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
            key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _rsa_findings(key: rsa.RSAPrivateKey, line: int) -> tuple[Finding, ...]:
    """Primes nearer than 2**(n/2 - 100) are found by Fermat's method (FIPS 186-5, A.1.1)."""
    secret = key.private_numbers()
    if abs(secret.p - secret.q).bit_length() > key.key_size // 2 - _CLOSE_BITS:
        return ()
    return (key_finding("keyfile.close_primes", place=place_of(line)),)
