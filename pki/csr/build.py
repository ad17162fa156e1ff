"""Requests and self-signed certificates as DER, signed with their key."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509.oid import ObjectIdentifier

from pki import names, oids
from pki.csr.spec import (
    KEY_USAGES,
    SUBJECT_ATTRIBUTES,
    RequestSpec,
    Subject,
    alt_names_of,
    common_name_of,
    extended_key_usage_of,
    key_usage_of,
)
from pki.errors import PkiError
from pki.extensions.general_names import AltName
from pki.host_names import NameRefused, mail_address

PRESET_DAYS = 365
DIGESTS: Mapping[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
# CA/B Baseline Requirements, 7.1: at least 64 bits of a generator; RFC 5280, 4.1.2.2: 20 octets.
SERIAL_BITS = 159
SMALLEST_SERIAL_BITS = 64

_USAGE_OIDS = {name: dotted for dotted, name in oids.EXTENDED_KEY_USAGES.items()}

_SigningKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)


class RequestNotBuilt(PkiError):
    """A specification that has no encoding; preflight names the field. Data: `why`."""

    code = "request.not_built"


def new_serial() -> int:
    """A serial number: positive, 159 bits of a generator, at most 20 octets."""
    return secrets.randbits(SERIAL_BITS) | 1 << (SERIAL_BITS - 1)


def build_request(spec: RequestSpec, private_key_der: bytes) -> bytes:
    """The DER request, signed with the key (unencrypted PKCS#8). Raises `RequestNotBuilt`."""
    key = _signing_key(private_key_der)
    try:
        builder = x509.CertificateSigningRequestBuilder().subject_name(_name(spec))
        for extension, critical in _extensions(spec, key):
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(key, _digest(spec, key)).public_bytes(Encoding.DER)
    except ValueError as error:
        raise RequestNotBuilt(why=names.visible(str(error))[:200]) from error


def build_self_signed(
    spec: RequestSpec, private_key_der: bytes, *, days: int, now: datetime, serial: int
) -> bytes:
    """A self-signed end-entity certificate (CA:FALSE), valid from `now` for `days` days.

    Raises `RequestNotBuilt`, also for a serial number that is not positive or has not 64 bits.
    """
    if not SMALLEST_SERIAL_BITS <= serial.bit_length() <= SERIAL_BITS or serial <= 0:
        raise RequestNotBuilt(why="serial number")
    if days < 1:
        raise RequestNotBuilt(why="days")
    key = _signing_key(private_key_der)
    public = key.public_key()
    start = now.replace(microsecond=0)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    try:
        subject = _name(spec)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(public)
            .serial_number(serial)
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        )
        for extension, critical in _extensions(spec, key):
            builder = builder.add_extension(extension, critical=critical)
        builder = builder.add_extension(identifier, critical=False).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
        return builder.sign(key, _digest(spec, key)).public_bytes(Encoding.DER)
    except (ValueError, OverflowError) as error:
        raise RequestNotBuilt(why=names.visible(str(error))[:200]) from error


def _signing_key(private_key_der: bytes) -> _SigningKey:
    """The key object; its numbers were checked when it came into the console."""
    key = load_der_private_key(private_key_der, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, _SigningKey):
        raise RequestNotBuilt(why="key algorithm")
    return key


def _digest(
    spec: RequestSpec, key: _SigningKey
) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return None
    if spec.digest not in DIGESTS:
        raise RequestNotBuilt(why="digest")
    return DIGESTS[spec.digest]


def _name(spec: RequestSpec) -> x509.Name:
    """C as PrintableString, emailAddress as IA5String, the others as UTF8String (RFC 5280, 4.1.2.4)."""
    values = {item.name: getattr(spec.subject, item.name) for item in fields(Subject)}
    values["common_name"] = common_name_of(spec)
    if values["email"]:
        try:
            values["email"] = mail_address(values["email"])
        except NameRefused as error:
            # `cryptography` would write any octets into the IA5String.
            raise RequestNotBuilt(why="email") from error
    return x509.Name(
        [
            x509.NameAttribute(oid, values[field])
            for field, (oid, _, _) in SUBJECT_ATTRIBUTES.items()
            if values[field]
        ]
    )


def _extensions(spec: RequestSpec, key: _SigningKey) -> list[tuple[x509.ExtensionType, bool]]:
    algorithm = "RSA" if isinstance(key, rsa.RSAPrivateKey) else ""
    wanted: list[tuple[x509.ExtensionType, bool]] = []
    usages = key_usage_of(spec, algorithm)
    if usages:
        wanted.append((_key_usage(usages), True))
    extended = extended_key_usage_of(spec)
    if extended:
        purposes = [ObjectIdentifier(_usage_oid(name)) for name in extended]
        wanted.append((x509.ExtendedKeyUsage(purposes), False))
    alt_names = alt_names_of(spec)
    if alt_names:
        # RFC 5280, 4.2.1.6: critical where the subject is empty.
        general = x509.SubjectAlternativeName([_general_name(entry) for entry in alt_names])
        wanted.append((general, spec.subject.is_empty))
    return wanted


def _usage_oid(name: str) -> str:
    if name not in _USAGE_OIDS:
        raise RequestNotBuilt(why="extended key usage")
    return _USAGE_OIDS[name]


def _key_usage(usages: tuple[str, ...]) -> x509.KeyUsage:
    unknown = set(usages) - set(KEY_USAGES)
    if unknown:
        raise RequestNotBuilt(why="key usage")
    return x509.KeyUsage(
        digital_signature="digitalSignature" in usages,
        content_commitment="nonRepudiation" in usages,
        key_encipherment="keyEncipherment" in usages,
        data_encipherment="dataEncipherment" in usages,
        key_agreement="keyAgreement" in usages,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(entry: AltName) -> x509.GeneralName:
    if entry.kind == "dns":
        return x509.DNSName(entry.value)
    if entry.kind == "ip":
        return x509.IPAddress(ipaddress.ip_address(entry.value))
    if entry.kind == "email":
        return x509.RFC822Name(entry.value)
    if entry.kind == "uri":
        return x509.UniformResourceIdentifier(entry.value)
    raise RequestNotBuilt(why="subject alternative name")
