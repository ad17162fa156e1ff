"""Throw-away keys that take the part of private keys which are not at hand.

One for each kind, made when it is first needed and kept for the life of the process: it protects
nothing, and whoever had it could only deceive a rehearsal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509.oid import NameOID

from pki.handshake import libssl
from pki.key_generation import KeySpec, generate
from pki.verify import openssl

_RSA: Final = (6, 912)  # NID_rsaEncryption, NID_rsassaPss
_ED25519: Final = 1087
_ED448: Final = 1088
_FROM: Final = datetime(2000, 1, 1, tzinfo=UTC)
_TO: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StandIn:
    """A key with its self-signed certificate, decoded."""

    certificate: openssl.Certificate
    key: libssl.Key


def stand_in_for(leaf: openssl.Certificate | None, level: int) -> StandIn:
    """A stand-in with a key of the leaf's kind, strong enough for this security level.

    The kind decides which cipher suites and signature algorithms the two can agree on.
    """
    return _make(_kind(leaf, level))


def _kind(leaf: openssl.Certificate | None, level: int) -> str:
    kind, bits = libssl.key_kind(leaf) if leaf is not None else (0, 0)
    if level > 4 or (level > 3 and kind not in (*_RSA, _ED25519, _ED448) and bits > 384):
        return "P-521"
    if level > 3:
        return "Ed448" if kind == _ED448 else "P-384"
    if kind in _RSA:
        return "RSA-2048" if level < 3 else "RSA-3072"
    if kind in (_ED25519, _ED448):
        return "Ed25519" if kind == _ED25519 else "Ed448"
    return "P-256" if bits <= 256 else "P-384" if bits <= 384 else "P-521"


@cache
def _make(kind: str) -> StandIn:
    pkcs8 = generate(KeySpec(algorithm=kind))
    key = load_der_private_key(pkcs8, None)
    if not isinstance(
        key,
        rsa.RSAPrivateKey
        | ec.EllipticCurvePrivateKey
        | ed25519.Ed25519PrivateKey
        | ed448.Ed448PrivateKey,
    ):
        raise TypeError(kind)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in of a rehearsal")])
    edwards = isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
        .sign(key, None if edwards else hashes.SHA512())
    )
    return StandIn(openssl.Certificate(certificate.public_bytes(Encoding.DER)), libssl.Key(pkcs8))
