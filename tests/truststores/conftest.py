"""A small PKI made once, the inventory that tests fill with it, and the console's work by function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificates.models import Certificate, Crl
from certificates.services.write_crls import write_crls
from certificates.services.write_rows import write_certificates
from pki.certificate import parse_certificate
from pki.crl import parse_crl
from truststores.services.find_work import find_work
from truststores.services.place_certificates import place_certificates
from truststores.services.plan_validations import plan_validations
from truststores.services.record_reports import Recorded, record_reports
from truststores.services.replace_crls import replace_crls
from truststores.services.run_validations import run_validations

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@cache
def key_of(name: str) -> ec.EllipticCurvePrivateKey:
    """The key of that name; the same one for the whole run."""
    return ec.generate_private_key(ec.SECP256R1())


def name_of(cn: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """A CA certificate with the key that it signs with."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


@cache
def authority(
    cn: str,
    issuer: Authority | None = None,
    *,
    key: str = "",
    start: int = -1000,
    end: int = 3000,
) -> Authority:
    """A CA; its own root without an issuer. Days count from NOW."""
    own = key_of(key or cn)
    return Authority(certificate=_certificate(cn, own, issuer, True, start, end, ()), key=own)


@cache
def leaf(
    cn: str,
    issuer: Authority | None = None,
    *,
    start: int = -100,
    end: int = 300,
    usages: tuple[str, ...] = ("server",),
) -> Authority:
    """An end entity with a SAN of its name; self-signed without an issuer."""
    own = key_of(cn)
    return Authority(certificate=_certificate(cn, own, issuer, False, start, end, usages), key=own)


def _certificate(
    cn: str,
    own: ec.EllipticCurvePrivateKey,
    issuer: Authority | None,
    is_ca: bool,
    start: int,
    end: int,
    usages: tuple[str, ...],
) -> x509.Certificate:
    signer = issuer.key if issuer else own
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(cn))
        .issuer_name(issuer.certificate.subject if issuer else name_of(cn))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + start * DAY)
        .not_valid_after(NOW + end * DAY)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
    )
    bits = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    if is_ca:
        bits |= {"key_cert_sign": True, "crl_sign": True}
    else:
        bits |= {"digital_signature": True}
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(cn)]), False)
    builder = builder.add_extension(x509.KeyUsage(**bits), critical=True)
    if usages:
        known = {
            "server": ExtendedKeyUsageOID.SERVER_AUTH,
            "client": ExtendedKeyUsageOID.CLIENT_AUTH,
        }
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([known[usage] for usage in usages]), False
        )
    return builder.sign(signer, hashes.SHA256())


@cache
def crl(
    issuer: Authority,
    *,
    number: int | None = 1,
    start: int = -10,
    end: int = 20,
    revoked: tuple[int, ...] = (),
    signer: Authority | None = None,
) -> bytes:
    """A CRL of that issuer; `signer` signs it where somebody else forges it."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(NOW + start * DAY)
        .next_update(NOW + end * DAY)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False
        )
    )
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), False)
    for serial in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(NOW + start * DAY)
            .build()
        )
    signed = builder.sign((signer or issuer).key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def bring_in(*objects: Authority) -> list[Certificate]:
    """Write certificates into the inventory as an import does; the rows in the same order."""
    facts = [parse_certificate(one.der) for one in objects]
    write_certificates(facts, job_id=None)
    rows = Certificate.objects.in_bulk([one.sha256 for one in facts], field_name="sha256")
    return [rows[one.sha256] for one in facts]


def bring_in_crls(*ders: bytes) -> list[Crl]:
    facts = [parse_crl(der) for der in ders]
    _, ids = write_crls(facts)
    rows = Crl.objects.in_bulk()
    return [rows[ids[one.sha256]] for one in facts]


def work_off(moment: datetime) -> list[Recorded]:
    """What the validation job and its parts do, at that moment."""
    recorded: list[Recorded] = []
    if not find_work(moment=moment):
        return recorded
    place_certificates(moment=moment)
    replace_crls(moment=moment)
    for chunk in list(plan_validations(moment=moment)):
        made = run_validations(report_ids=chunk.report_ids, moment=moment)
        recorded.append(record_reports(made=made))
    return recorded


@pytest.fixture
def store_of(db: None) -> Callable[..., Any]:
    """Make a store with members: `store_of("Partners", root, usage="server")`."""
    from pki.verify.inputs import Policy, Revocation, Usage
    from truststores.models import TrustStore
    from truststores.services.add_members import add_members
    from truststores.services.create_trust_store import create_trust_store
    from truststores.specs import NewMember, StoreSpec

    def make(
        name: str,
        *members: Authority,
        usage: str = "server",
        revocation: str = "none",
        moment: datetime = NOW,
        **policy: Any,
    ) -> TrustStore:
        spec = StoreSpec(
            name=name,
            policy=Policy(usage=Usage(usage), revocation=Revocation(revocation), **policy),
        )
        store = create_trust_store(actor=None, spec=spec)
        if members:
            rows = bring_in(*members)
            add_members(
                actor=None,
                store_id=store.pk,
                additions=[NewMember(certificate_id=row.pk) for row in rows],
                moment=moment,
            )
        return TrustStore.objects.get(pk=store.pk)

    return make
