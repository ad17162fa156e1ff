from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from certificates.models import Certificate, CertificateDer, Crl
from certificates.services.build_chain import Chain, build_chain
from pki.der import DerError
from pki.formats.write import (
    read_back,
    read_back_pkcs7,
    safe_file_name,
    write_pem,
    write_pkcs7,
)

PEM_TYPE = "application/x-pem-file"


class Form(StrEnum):
    """What to hand out of a certificate."""

    PEM = "pem"
    DER = "der"
    FULL_CHAIN = "fullchain"
    CHAIN = "chain"
    PKCS7 = "pkcs7"


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """A file to keep, read back before anybody gets it."""

    content: bytes
    file_name: str
    content_type: str


class NothingToWrite(Exception):
    """There is no certificate of that kind: a chain without issuers, say."""


class StoredWrong(Exception):
    """The bytes that the database gave are not those that were imported."""


def make_download(
    certificate: Certificate,
    *,
    form: Form,
    moment: datetime,
    with_names: bool = False,
    with_root: bool = True,
) -> Download:
    """A certificate alone or with its issuers, leaf first, in one of the forms.

    `with_names` puts subject= and issuer= above each block of PEM. Without the root the chain is
    what a server sends. An incomplete chain gives what there is.
    """
    stem = str(certificate)
    if form in (Form.PEM, Form.DER):
        ders = [_verified(certificate, bytes(certificate.encoded.der))]
        if form == Form.PEM:
            return _pem(ders, stem, ".pem", with_names=with_names)
        return Download(
            content=ders[0],
            file_name=safe_file_name(stem, suffix=".cer"),
            content_type="application/pkix-cert",
        )
    ders = _ders_of(build_chain(certificate, moment=moment), with_root=with_root)
    if form == Form.FULL_CHAIN:
        return _pem(ders, stem, "-fullchain.pem", with_names=with_names)
    if form == Form.CHAIN:
        if len(ders) < 2:
            raise NothingToWrite
        return _pem(ders[1:], stem, "-chain.pem", with_names=with_names)
    content = write_pkcs7(ders)
    read_back_pkcs7(content, ders)
    return Download(
        content=content,
        file_name=safe_file_name(stem, suffix=".p7b"),
        content_type="application/x-pkcs7-certificates",
    )


def make_bundle(certificates: Sequence[Certificate], *, with_names: bool = False) -> Download:
    """Several certificates as one PEM file, in the order given."""
    stored = dict(
        CertificateDer.objects.filter(certificate__in=certificates).values_list(
            "certificate_id", "der"
        )
    )
    ders = [_verified(one, bytes(stored[one.pk])) for one in certificates]
    if not ders:
        raise NothingToWrite
    stem = str(certificates[0]) if len(ders) == 1 else f"{len(ders)}-certificates"
    return _pem(ders, stem, ".pem", with_names=with_names)


def make_crl_download(crl: Crl, *, armoured: bool) -> Download:
    """A CRL as PEM or DER."""
    der = bytes(crl.encoded.der)
    if hashlib.sha256(der).hexdigest() != crl.sha256:
        raise StoredWrong(str(crl))
    number = f"-{crl.number}" if crl.number else ""
    stem = f"{crl.issuer_cn}{number}"
    if not armoured:
        return Download(
            content=der,
            file_name=safe_file_name(stem, suffix=".crl"),
            content_type="application/pkix-crl",
        )
    content = write_pem([der], label="X509 CRL")
    read_back(content, [der])
    return Download(
        content=content,
        file_name=safe_file_name(stem, suffix=".crl.pem"),
        content_type=PEM_TYPE,
    )


def _ders_of(chain: Chain, *, with_root: bool) -> list[bytes]:
    pairs = list(zip(chain.certificates, chain.ders, strict=True))
    if chain.complete and not with_root and len(pairs) > 1:
        pairs.pop()
    return [_verified(certificate, der) for certificate, der in pairs]


def _verified(certificate: Certificate, der: bytes) -> bytes:
    if hashlib.sha256(der).hexdigest() != certificate.sha256:
        raise StoredWrong(str(certificate))
    return der


def _pem(ders: Sequence[bytes], stem: str, suffix: str, *, with_names: bool) -> Download:
    try:
        content = write_pem(ders, with_names=with_names)
    except DerError:
        # A name that cannot be written above its block does not keep anybody from the block.
        content = write_pem(ders)
    read_back(content, ders)
    return Download(
        content=content, file_name=safe_file_name(stem, suffix=suffix), content_type=PEM_TYPE
    )
