"""Strangers who claim to be a side."""

from __future__ import annotations

from pathlib import Path

import cryptography_vectors
import pytest
from cryptography import x509

from pki.certificate import parse_certificate
from pki.formats import pem
from pki.kits.strangers import stranger_like
from tests.pki.kits.made import NOW, server_pair

CORPUS = Path(cryptography_vectors.__file__).parent / "x509"


def test_it_claims_the_names_and_not_the_key() -> None:
    own = server_pair().shown.leaf
    made = x509.load_der_x509_certificate(
        stranger_like(server_pair().chain[0], moment=NOW).certificate
    )
    claimed = parse_certificate(stranger_like(server_pair().chain[0], moment=NOW).certificate)
    assert (claimed.subject, claimed.alt_names) == (own.subject, own.alt_names)
    assert claimed.spki_sha256 != own.spki_sha256
    assert made.issuer == made.subject


@pytest.mark.parametrize(
    "file",
    [
        "san_x400address.der",
        "san_edipartyname.der",
        "custom/two_basic_constraints.pem",
        "custom/bad_country.pem",
    ],
)
def test_there_is_one_for_every_certificate_that_can_be_imported(file: str) -> None:
    content = (CORPUS / file).read_bytes()
    der = content if file.endswith(".der") else pem.decode(next(iter(pem.spans(content))).body)
    parse_certificate(der)
    made = stranger_like(der, moment=NOW)
    assert x509.load_der_x509_certificate(made.certificate).not_valid_after_utc > NOW
