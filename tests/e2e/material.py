"""What the tests bring in: sites with dates around today, for the console runs by the real clock."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cryptography_vectors
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from playwright.sync_api import FilePayload

from tests.pki.chains import Issued, PrivateKey, make_ca, make_crl, make_leaf

DAY = timedelta(days=1)
PKITS = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"


def today() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def authority(name: str, issuer: Issued | None = None, *, days: int = 3000) -> Issued:
    """A CA that is valid now; a root where nobody issued it."""
    return make_ca(name, issuer, not_before=today() - 300 * DAY, not_after=today() + days * DAY)


def server(
    name: str | x509.Name,
    issuer: Issued | None = None,
    *,
    dns: Sequence[str] | None = None,
    days: int = 90,
    serial: int | None = None,
    key: PrivateKey | None = None,
) -> Issued:
    """The certificate of a server that is valid now; self-signed where nobody issued it."""
    return make_leaf(
        name,
        issuer,
        dns=dns,
        serial=serial if serial is not None else x509.random_serial_number(),
        key=key,
        not_before=today() - 20 * DAY,
        not_after=today() + days * DAY,
    )


def crl_of(issuer: Issued, *, revoked: Iterable[Issued | int] = (), number: int = 1) -> bytes:
    """A fresh CRL as DER."""
    return make_crl(
        issuer,
        revoked=revoked,
        number=number,
        this_update=today() - DAY,
        next_update=today() + 20 * DAY,
    )


def pem_text(*issued: Issued) -> str:
    return "".join(one.pem.decode() for one in issued)


def key_pem(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def upload(name: str, content: bytes | str) -> FilePayload:
    """A file as the browser's dialog hands it over; its type says nothing, as in life."""
    data = content.encode() if isinstance(content, str) else content
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def fingerprint(issued: Issued) -> str:
    """SHA-256 as `openssl x509 -fingerprint` prints it."""
    return issued.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def serial_with_colons(issued: Issued) -> str:
    """The serial number as `openssl x509 -text` prints it."""
    number = issued.certificate.serial_number
    return number.to_bytes((number.bit_length() + 7) // 8, "big").hex(":")


def zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def pkits_files() -> dict[str, bytes]:
    """Every certificate and CRL of NIST PKITS by its file name."""
    found = [*sorted(PKITS.glob("certs/*.crt")), *sorted(PKITS.glob("crls/*.crl"))]
    return {path.name: path.read_bytes() for path in found}


def common_name(name: str) -> x509.Name:
    """A name of one attribute, whatever its characters and its length."""
    with warnings.catch_warnings():
        # That it is too long is the point of it.
        warnings.simplefilter("ignore", UserWarning)
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name, _validate=False)])


def many_certificates(count: int, organization: str) -> bytes:
    """A PEM file of that many certificates: a root, then what it issued, all with one key."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = make_ca(
        f"{organization} root", key=key, not_before=today() - DAY, not_after=today() + 900 * DAY
    )
    builder = (
        x509.CertificateBuilder()
        .issuer_name(root.certificate.subject)
        .public_key(key.public_key())
        .not_valid_before(today() - DAY)
        .not_valid_after(today() + 300 * DAY)
    )
    digest = hashes.SHA256()
    blocks = [root.pem]
    for number in range(1, count):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{organization} {number:05}")])
        made = builder.subject_name(name).serial_number(1_000_000 + number).sign(key, digest)
        blocks.append(made.public_bytes(serialization.Encoding.PEM))
    return b"".join(blocks)
