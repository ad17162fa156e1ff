"""Certificates, CRLs and chains for the tests, made in memory with elliptic curve keys.

    root = make_ca("Root")
    intermediate = make_ca("Intermediate", root)
    leaf = make_leaf("www.example.com", intermediate)
    crl = make_crl(intermediate, revoked=[leaf])

Each returns an `Issued` (or a CRL's DER); `.der` and `.pem` are what the console is given. All dates
lie around `MOMENT`. Standard extensions can be left out by type and replaced by others.
"""

from __future__ import annotations

import ipaddress
import itertools
from base64 import encodebytes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

MOMENT = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)

PrivateKey = (
    ec.EllipticCurvePrivateKey
    | rsa.RSAPrivateKey
    | dsa.DSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)
SignatureHash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | hashes.SHA224
ExtensionAndCriticality = tuple[x509.ExtensionType, bool]

_serials = itertools.count(1001)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def sha256(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def make_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def make_name(common_name: str, *, country: str = "BE", organization: str = "Example") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country, _validate=False),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def key_usage(*names: str) -> x509.KeyUsage:
    """Key usage with exactly these bits, by their names in `cryptography`."""
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    assert set(names) <= set(every)
    return x509.KeyUsage(**{name: name in names for name in every})


def make_ca(
    name: str | x509.Name,
    issuer: Issued | None = None,
    *,
    key: PrivateKey | None = None,
    not_before: datetime = MOMENT - YEAR,
    not_after: datetime = MOMENT + 5 * YEAR,
    path_length: int | None = None,
    name_constraints: x509.NameConstraints | None = None,
    without: Sequence[type[x509.ExtensionType]] = (),
    extensions: Sequence[ExtensionAndCriticality] = (),
    serial: int | None = None,
    signed_by: PrivateKey | None = None,
    algorithm: SignatureHash | None = None,
) -> Issued:
    """A CA; a root where no issuer is given. `signed_by` replaces the issuer's key alone."""
    standard: list[ExtensionAndCriticality] = [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
    ]
    if name_constraints is not None:
        standard.append((name_constraints, True))
    return _make(
        name,
        issuer,
        key or make_key(),
        (not_before, not_after),
        _chosen(standard, without, extensions),
        without,
        serial,
        signed_by,
        algorithm,
    )


def make_leaf(
    name: str | x509.Name,
    issuer: Issued | None = None,
    *,
    dns: Sequence[str] | None = None,
    addresses: Sequence[str] = (),
    usages: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.SERVER_AUTH,),
    key: PrivateKey | None = None,
    not_before: datetime = MOMENT - 30 * DAY,
    not_after: datetime = MOMENT + 90 * DAY,
    without: Sequence[type[x509.ExtensionType]] = (),
    extensions: Sequence[ExtensionAndCriticality] = (),
    serial: int | None = None,
    signed_by: PrivateKey | None = None,
    algorithm: SignatureHash | None = None,
) -> Issued:
    """An end entity; self-signed where no issuer is given. Its one DNS name is its common name,
    unless `dns` says otherwise; `dns=()` without addresses leaves subjectAltName out."""
    if dns is None:
        dns = () if isinstance(name, x509.Name) else (name,)
    standard: list[ExtensionAndCriticality] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
    ]
    if usages:
        standard.append((x509.ExtendedKeyUsage(usages), False))
    names: list[x509.GeneralName] = [x509.DNSName(each) for each in dns]
    names.extend(x509.IPAddress(ipaddress.ip_address(each)) for each in addresses)
    if names:
        standard.append((x509.SubjectAlternativeName(names), False))
    return _make(
        name,
        issuer,
        key or make_key(),
        (not_before, not_after),
        _chosen(standard, without, extensions),
        without,
        serial,
        signed_by,
        algorithm,
    )


def _chosen(
    standard: Iterable[ExtensionAndCriticality],
    without: Sequence[type[x509.ExtensionType]],
    extensions: Sequence[ExtensionAndCriticality],
) -> list[ExtensionAndCriticality]:
    replaced = {extension.oid for extension, _ in extensions}
    return [
        pair for pair in standard if type(pair[0]) not in without and pair[0].oid not in replaced
    ] + list(extensions)


def _make(
    name: str | x509.Name,
    issuer: Issued | None,
    key: PrivateKey,
    validity: tuple[datetime, datetime],
    extensions: Sequence[ExtensionAndCriticality],
    without: Sequence[type[x509.ExtensionType]],
    serial: int | None,
    signed_by: PrivateKey | None,
    algorithm: SignatureHash | None,
) -> Issued:
    subject = name if isinstance(name, x509.Name) else make_name(name)
    signer = issuer.key if issuer is not None else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(serial if serial is not None else next(_serials))
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
    )
    replaced = {extension.oid for extension, _ in extensions}
    identifiers: list[ExtensionAndCriticality] = [
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    ]
    if issuer is not None:
        identifiers.append(
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        )
    for extension, critical in identifiers:
        if type(extension) not in without and extension.oid not in replaced:
            builder = builder.add_extension(extension, critical)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Issued(_signed(builder, signed_by or signer, algorithm), key)


def _signed(
    builder: x509.CertificateBuilder, key: PrivateKey, algorithm: SignatureHash | None
) -> x509.Certificate:
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return builder.sign(key, None)
    return builder.sign(key, algorithm or hashes.SHA256())


def make_crl(
    issuer: Issued,
    *,
    revoked: Iterable[Issued | int] = (),
    this_update: datetime = MOMENT - DAY,
    next_update: datetime = MOMENT + 7 * DAY,
    number: int | None = 1,
    delta_of: int | None = None,
    scope: x509.IssuingDistributionPoint | None = None,
    extensions: Sequence[ExtensionAndCriticality] = (),
    signed_by: PrivateKey | None = None,
) -> bytes:
    """A CRL of the issuer as DER. `revoked` are certificates or serial numbers; `number=None`
    leaves the CRL number out; `delta_of` makes it a delta to the CRL of that number."""
    entries = [
        x509.RevokedCertificateBuilder()
        .serial_number(each.certificate.serial_number if isinstance(each, Issued) else each)
        .revocation_date(this_update - DAY)
        .build()
        for each in revoked
    ]
    signer = signed_by or issuer.key
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=issuer.certificate.subject,
        last_update=this_update,
        next_update=next_update,
        revoked_certificates=entries,
    ).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False
    )
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), False)
    if delta_of is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(delta_of), True)
    if scope is not None:
        builder = builder.add_extension(scope, True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    assert isinstance(signer, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def to_pem(label: str, der: bytes) -> str:
    """One PEM block."""
    return f"-----BEGIN {label}-----\n{encodebytes(der).decode()}-----END {label}-----\n"
