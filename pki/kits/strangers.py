"""Somebody who claims to be a side and is not: the same names, another key, signed by nobody known."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_KEPT = (x509.SubjectAlternativeName, x509.ExtendedKeyUsage)
_A_DAY = timedelta(days=1)
# What `cryptography` raises for names and extensions that it does not take.
_ODD = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stranger:
    """A self-signed certificate (DER) and its key (PKCS#8 DER)."""

    certificate: bytes
    key: bytes = field(repr=False)


def stranger_like(certificate: bytes, *, moment: datetime) -> Stranger:
    """A certificate with the names and usages of this one (DER), made with a key of this moment.

    Of one that is odd there, in more ways than its parser says by `ValueError`, it claims nothing.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        made = _signed(key, *_claims(certificate), moment)
    except _ODD:
        made = _signed(key, x509.Name([]), [], moment)
    return Stranger(
        certificate=made,
        key=key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    )


def _signed(
    key: ec.EllipticCurvePrivateKey,
    subject: x509.Name,
    extensions: Sequence[x509.ExtensionType],
    moment: datetime,
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - _A_DAY)
        .not_valid_after(moment + _A_DAY)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _claims(certificate: bytes) -> tuple[x509.Name, list[x509.ExtensionType]]:
    """Subject, names and usages."""
    with warnings.catch_warnings():
        # A country of eight letters, say: it is the certificate of somebody else.
        warnings.simplefilter("ignore")
        loaded = x509.load_der_x509_certificate(certificate)
        kept = [one.value for one in loaded.extensions if isinstance(one.value, _KEPT)]
        return loaded.subject, list(kept)
