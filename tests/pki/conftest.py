"""The corpus: every certificate and CRL of cryptography-vectors, however it is wrapped there."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import Path

import cryptography_vectors
import pytest

_ARMOUR = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED )?(CERTIFICATE|X509 CRL|CRL)-----(.*?)-----END", re.DOTALL
)
_FOLDERS = ("x509", "pkcs7", "pkcs12/ca")
ROOT = Path(cryptography_vectors.__file__).parent


def corpus_files() -> Iterator[Path]:
    """Every file that could hold certificates or CRLs."""
    for folder in _FOLDERS:
        yield from sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())


def _objects() -> tuple[list[bytes], list[bytes]]:
    certificates: set[bytes] = set()
    crls: set[bytes] = set()
    for path in corpus_files():
        data = path.read_bytes()
        if path.suffix in (".crt", ".der"):
            certificates.add(data)
        elif path.suffix == ".crl":
            crls.add(data)
        for label, body in _ARMOUR.findall(data):
            try:
                decoded = base64.b64decode(body.split(b"\n\n")[-1])
            except binascii.Error:
                continue
            (certificates if label == b"CERTIFICATE" else crls).add(decoded)
    return sorted(certificates), sorted(crls)


@pytest.fixture(scope="session")
def corpus() -> tuple[list[bytes], list[bytes]]:
    """Everything in the corpus that may be a certificate, and everything that may be a CRL."""
    return _objects()
