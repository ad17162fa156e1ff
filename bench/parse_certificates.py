"""Parsing certificates: `pki.certificate` beside `cryptography` reading the same fields.

    python -m bench.parse_certificates [--count 4000] [--rounds 5]

Prints the medians of alternating rounds on one core, and their ratio.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from pki.certificate import parse_certificate


def make_certificates(count: int) -> list[bytes]:
    """Leaves of one authority as public ones look: seven extensions, three names each."""
    now = datetime.now(UTC).replace(microsecond=0)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Bench Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Bench Issuing CA 1"),
        ]
    )
    access = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://o.test")
            ),
            x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS,
                x509.UniformResourceIdentifier("http://i.test/ca.crt"),
            ),
        ]
    )
    points = x509.CRLDistributionPoints(
        [
            x509.DistributionPoint(
                [x509.UniformResourceIdentifier("http://c.test/1.crl")], None, None, None
            )
        ]
    )
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    made = []
    for number in range(count):
        host = f"host-{number}.transfer.example"
        certificate = (
            x509.CertificateBuilder()
            .subject_name(
                x509.Name(
                    [
                        x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
                        x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Partner {number % 100}"),
                        x509.NameAttribute(NameOID.COMMON_NAME, host),
                    ]
                )
            )
            .issuer_name(issuer)
            .public_key(ec.generate_private_key(ec.SECP256R1()).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + timedelta(days=90 + number % 200))
            .add_extension(x509.BasicConstraints(False, None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(
                x509.SubjectAlternativeName(
                    [x509.DNSName(host), x509.DNSName(f"www.{host}"), x509.DNSName(f"ftp.{host}")]
                ),
                critical=False,
            )
            .add_extension(
                x509.SubjectKeyIdentifier(hashlib.sha1(str(number).encode()).digest()), False
            )
            .add_extension(authority_id, critical=False)
            .add_extension(access, critical=False)
            .add_extension(points, critical=False)
            .sign(authority_key, hashes.SHA256())
            .public_bytes(serialization.Encoding.DER)
        )
        made.append(certificate)
    return made


def read_with_cryptography(der: bytes) -> tuple[object, ...]:
    """The fifteen fields and the names, read as the library offers them."""
    certificate = x509.load_der_x509_certificate(der)
    extensions = certificate.extensions
    values: dict[type, object] = {type(found.value): found.value for found in extensions}
    ski = values.get(x509.SubjectKeyIdentifier)
    aki = values.get(x509.AuthorityKeyIdentifier)
    constraints = values.get(x509.BasicConstraints)
    usage = values.get(x509.KeyUsage)
    extended = values.get(x509.ExtendedKeyUsage)
    names = values.get(x509.SubjectAlternativeName)
    subject = certificate.subject
    issuer = certificate.issuer
    common = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    public = certificate.public_key()
    spki = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return (
        hashlib.sha256(der).hexdigest(),
        hashlib.sha1(der).hexdigest(),
        f"{certificate.serial_number:x}",
        subject.rfc4514_string(),
        issuer.rfc4514_string(),
        common[0].value if common else "",
        ski.digest.hex() if isinstance(ski, x509.SubjectKeyIdentifier) else "",
        aki.key_identifier.hex()
        if isinstance(aki, x509.AuthorityKeyIdentifier) and aki.key_identifier
        else "",
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        isinstance(constraints, x509.BasicConstraints) and constraints.ca,
        type(public).__name__,
        getattr(public, "key_size", 0),
        certificate.signature_algorithm_oid.dotted_string,
        hashlib.sha256(spki).hexdigest(),
        isinstance(usage, x509.KeyUsage) and usage.digital_signature,
        [purpose.dotted_string for purpose in extended]
        if isinstance(extended, x509.ExtendedKeyUsage)
        else [],
        [str(name.value) for name in names]
        if isinstance(names, x509.SubjectAlternativeName)
        else [],
    )


def seconds(work: Callable[[bytes], object], ders: Sequence[bytes]) -> float:
    started = time.perf_counter()
    for der in ders:
        work(der)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    ders = make_certificates(options.count)
    theirs = []
    ours = []
    for _ in range(options.rounds):
        theirs.append(seconds(read_with_cryptography, ders))
        ours.append(seconds(parse_certificate, ders))
    limit = statistics.median(theirs) / len(ders) * 1e6
    mine = statistics.median(ours) / len(ders) * 1e6
    print(f"cryptography, 15 fields and names: {limit:7.1f} microseconds a certificate")
    print(f"pki.certificate.parse_certificate: {mine:7.1f} microseconds a certificate")
    print(f"rate beside the limit:             {limit / mine:7.2f}")


if __name__ == "__main__":
    main()
