"""Authorities and CRLs for the tests, and what becomes of a candidate."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from pki.crl_acceptance.accept import Acceptance, accept_crl
from pki.crl_acceptance.refusals import Why
from pki.distribution import DistributionPoint, distribution_points

Key = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | dsa.DSAPrivateKey
)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DER = serialization.Encoding.DER
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*, crl_sign: bool = True) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def authority(
    common_name: str = "Root",
    key: Key = KEY,
    *,
    crl_sign: bool = True,
    extensions: Sequence[x509.ExtensionType] = (),
    serial: int = 1,
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common_name))
        .issuer_name(name(common_name))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - 100 * DAY)
        .not_valid_after(NOW + 1000 * DAY)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .add_extension(key_usage(crl_sign=crl_sign), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(DER)


def crl(
    number: int | None = 5,
    *,
    issuer: str = "Root",
    key: Key = KEY,
    this_update: datetime = NOW - DAY,
    next_update: datetime = NOW + DAY,
    aki: bool = True,
    digest: hashes.HashAlgorithm | None = hashes.SHA256(),  # noqa: B008  # a value
    rsa_padding: padding.PSS | None = None,
    base: int | None = None,
    scope: x509.IssuingDistributionPoint | None = None,
    critical: Sequence[x509.ExtensionType] = (),
    revoked: Sequence[x509.RevokedCertificate] = (),
) -> bytes:
    builder = x509.CertificateRevocationListBuilder(
        name(issuer), this_update, next_update, [], list(revoked)
    )
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    if aki:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if base is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(base), critical=True)
    if scope is not None:
        builder = builder.add_extension(scope, critical=True)
    for extension in critical:
        builder = builder.add_extension(extension, critical=True)
    if rsa_padding is not None:
        assert isinstance(key, rsa.RSAPrivateKey)
        signed = builder.sign(key, digest, rsa_padding=rsa_padding)  # type: ignore[arg-type] # None: Ed
    else:
        signed = builder.sign(key, digest)  # type: ignore[arg-type] # None for EdDSA
    return signed.public_bytes(DER)


def scoped(
    *urls: str,
    user: bool = False,
    ca: bool = False,
    attribute: bool = False,
    indirect: bool = False,
    reasons: frozenset[x509.ReasonFlags] | None = None,
) -> x509.IssuingDistributionPoint:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(url) for url in urls]
    return x509.IssuingDistributionPoint(
        names or None, None, user, ca, reasons, indirect, attribute
    )


def point(*urls: str) -> tuple[DistributionPoint, ...]:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(url) for url in urls]
    extension = x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])
    return distribution_points(authority(extensions=[extension]))


def accept(candidate: bytes, **options: object) -> Acceptance:
    options.setdefault("issuers", [authority()])
    options.setdefault("moment", NOW)
    return accept_crl(candidate, **options)  # type: ignore[arg-type] # options by name


def whys(candidate: bytes, **options: object) -> list[Why]:
    found = accept(candidate, **options)
    assert found.accepted == (not found.refusals)
    return [refusal.why for refusal in found.refusals]


def hashes_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
