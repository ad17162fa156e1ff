"""A small PKI made once, and the inventory that tests fill with it."""

from __future__ import annotations

import base64
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certificates.models import Certificate, Crl
from certificates.services import import_uploads as import_uploads_module
from certificates.services.import_uploads import import_uploads
from certificates.services.request_import import request_import
from certificates.services.write_crls import write_crls
from certificates.services.write_rows import write_certificates
from certificates.specs import Upload
from jobs.models import Job
from jobs.services.claim_job import claim_job
from jobs.services.work_job import work_job
from pki.certificate import parse_certificate
from pki.crl import parse_crl
from pki.formats.bundle import Block, Known, read_blocks
from pki.limits import Limits

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@cache
def key_of(name: str) -> ec.EllipticCurvePrivateKey:
    """The key of that name; the same one for the whole run."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def made(
    cn: str,
    issuer: str = "",
    *,
    ca: bool = False,
    start: int = -100,
    end: int = 300,
    names: tuple[str, ...] = (),
    organization: str = "",
    serial: int = 0,
    key: str = "",
    signer: str = "",
    key_ids: bool = True,
) -> bytes:
    """The DER of a certificate; its own issuer without `issuer`. Days count from now.

    `key` and `signer` name other keys than those that go with subject and issuer.
    """
    own = key_of(key or cn)
    signing = key_of(signer or issuer or key or cn)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(cn, organization))
        .issuer_name(name_of(issuer) if issuer else name_of(cn, organization))
        .public_key(own.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(NOW + start * DAY)
        .not_valid_after(NOW + end * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if key_ids:
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False
        ).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
    return builder.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def name_of(cn: str, organization: str = "") -> x509.Name:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names longer than the standard allows are wanted here
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, cn, _validate=False)] if cn else []
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


@cache
def made_crl(issuer: str, serials: tuple[int, ...] = (), *, end: int = 10) -> bytes:
    """The DER of a CRL that revokes these serial numbers."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(name_of(issuer))
        .last_update(NOW - DAY)
        .next_update(NOW + end * DAY)
        .add_extension(x509.CRLNumber(7), critical=False)
    )
    for serial in serials:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(NOW - DAY)
            .build()
        )
    signed = builder.sign(key_of(issuer), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode()


@pytest.fixture
def add(db: None) -> Callable[..., list[Certificate]]:
    """Bring DER certificates into the inventory: `add(made("a"), made("b"))`."""

    def add_all(*ders: bytes) -> list[Certificate]:
        facts = [parse_certificate(der) for der in ders]
        write_certificates(facts, job_id=None)
        found = {one.sha256: one for one in Certificate.objects.all()}
        return [found[one.sha256] for one in facts]

    return add_all


@pytest.fixture
def add_crl(db: None) -> Callable[[bytes], Crl]:
    def add_one(der: bytes) -> Crl:
        facts = parse_crl(der)
        write_crls([facts])
        return Crl.objects.get(sha256=facts.sha256)

    return add_one


def requested(
    *contents: bytes, pasted: str = "", actor: object = None, trusted: bool = False
) -> Job:
    """The job of an import, waiting."""
    files = [Upload(name=f"file-{at}.pem", content=one) for at, one in enumerate(contents, start=1)]
    return request_import(
        actor=actor,  # type: ignore[arg-type]  # the person fixture is typed as object
        files=files,
        pasted=pasted,
        token=uuid.uuid4(),
        trusted=trusted,
    )


def imported(*contents: bytes, pasted: str = "") -> Job:
    """The job of an import, done by the worker's own way through a real sandbox."""
    job = requested(*contents, pasted=pasted)
    work_job(job_id=job.pk)
    job.refresh_from_db()
    return job


def run_once(job: Job) -> dict[str, object]:
    """The service alone, under a lease; what it raises comes through."""
    lease = claim_job(job_id=job.pk, now=datetime.now(UTC))
    assert lease is not None
    return import_uploads(lease=lease)


def outcomes(job: Job) -> Sequence[tuple[int, str]]:
    return list(job.blocks.order_by("upload_number", "number").values_list("number", "outcome"))


class HereSandbox:
    """Reads in this process: half a second less than a child; the sandbox has tests of its own."""

    batch = 500

    def __init__(self, *, limits: Limits) -> None:
        self.limits = limits

    def __enter__(self) -> HereSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def stream_blocks(self, data: bytes, *, name: str, known: Known) -> Iterator[list[Block]]:
        blocks = read_blocks(data, name=name, limits=self.limits, known=known)
        while batch := list(islice(blocks, self.batch)):
            yield batch


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_uploads_module, "Sandbox", HereSandbox)
