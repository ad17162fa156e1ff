"""Which of the known issuers signed a CRL (RFC 5280, 5.1.1 and 6.3.3 f and g)."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import CertificateRevocationList, load_der_x509_crl

from pki import der
from pki.certificate import CertificateFacts, parse_certificate
from pki.crl import CrlFacts
from pki.crl_acceptance.refusals import Refusal, Why, refusal
from pki.der import DerError
from pki.distribution import key_usage_allows_crls
from pki.errors import NotDecodable
from pki.names import issuer_and_subject, read_name

_MOST_TRIALS = 16
_WEAK_ALGORITHMS = ("md2", "md4", "md5")


class _SignatureUnsupported(Exception):
    """The signature's or the key's algorithm is not one that can be verified."""


def find_signer(facts: CrlFacts, issuers: Iterable[bytes]) -> tuple[str, Refusal | None]:
    """The certificate whose key signed the CRL, or the objection that came closest to it."""
    objection = refusal(Why.ISSUER_UNKNOWN, issuer=facts.issuer)
    trials = 0
    for issuer in _named(issuers, facts.issuer_sha256):
        if facts.aki and issuer.ski and issuer.ski != facts.aki:
            objection = _closer(objection, Why.AUTHORITY_KEY_MISMATCH, key_id=facts.aki[:128])
            continue
        if not key_usage_allows_crls(issuer.der):
            objection = _closer(objection, Why.ISSUER_MAY_NOT_SIGN, issuer=facts.issuer)
            continue
        if facts.signature_algorithm.lower().startswith(_WEAK_ALGORITHMS):
            algorithm = facts.signature_algorithm
            return "", refusal(Why.SIGNATURE_WEAK, algorithm=algorithm)
        trials += 1
        if trials > _MOST_TRIALS:
            break
        try:
            if is_signed_by(facts.der, issuer.der):
                return issuer.sha256, None
            objection = _closer(objection, Why.SIGNATURE_INVALID, issuer=facts.issuer)
        except _SignatureUnsupported:
            algorithm = facts.signature_algorithm
            objection = _closer(objection, Why.SIGNATURE_UNSUPPORTED, algorithm=algorithm)
    return "", objection


def _closer(objection: Refusal, why: Why, /, **data: str | int) -> Refusal:
    order = tuple(Why)
    return refusal(why, **data) if order.index(why) > order.index(objection.why) else objection


def _named(issuers: Iterable[bytes], subject_sha256: str) -> Iterable[CertificateFacts]:
    """Those with this subject; only they are taken apart."""
    for issuer in issuers:
        try:
            if read_name(issuer_and_subject(issuer)[1]).sha256 == subject_sha256:
                yield parse_certificate(issuer)
        except (DerError, NotDecodable):
            continue


def is_signed_by(crl: bytes, issuer: bytes) -> bool:
    """Whether the key of a DER certificate signed a DER CRL.

    The signature is verified over the slice that was signed: encoding 100,000 entries again, as
    `cryptography` would, takes several times longer than all the rest.
    """
    try:
        outer, outer_end = der.whole(crl, der.SEQUENCE)
        inner_at, signed_end = der.expect(crl, outer, outer_end, der.SEQUENCE)
        tag, _, stop = der.read(crl, inner_at, signed_end)
        inner = crl[stop : der.expect(crl, stop, signed_end, der.SEQUENCE)[1]]
        if tag != der.INTEGER:
            inner = crl[inner_at:stop]
        algorithm_end = der.expect(crl, signed_end, outer_end, der.SEQUENCE)[1]
        start, stop = der.expect(crl, algorithm_end, outer_end, der.BIT_STRING)
    except DerError:
        return False
    # The algorithm that is signed must be the one that is used (RFC 5280, 5.1.1.2).
    if crl[signed_end:algorithm_end] != inner or crl[start : start + 1] != b"\0":
        return False
    return _verifies(issuer, load_der_x509_crl(crl), crl[start + 1 : stop], crl[outer:signed_end])


def _verifies(
    issuer: bytes, crl: CertificateRevocationList, signature: bytes, signed: bytes
) -> bool:
    try:
        key = load_der_public_key(_public_key_of(issuer))
        parameters = crl.signature_algorithm_parameters
        digest = crl.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError, DerError) as error:
        raise _SignatureUnsupported from error
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest is not None:
            if not isinstance(parameters, padding.PKCS1v15 | padding.PSS):
                return False
            key.verify(signature, signed, parameters, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            if not isinstance(parameters, ec.ECDSA):
                return False
            key.verify(signature, signed, parameters)
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and digest is None:
            key.verify(signature, signed)
        elif isinstance(key, dsa.DSAPublicKey) and digest is not None:
            key.verify(signature, signed, digest)
        else:
            return False
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError) as error:
        raise _SignatureUnsupported from error
    return True


def _public_key_of(certificate: bytes) -> bytes:
    """The raw SubjectPublicKeyInfo (RFC 5280, 4.1): six fields after the version, which may lack."""
    at, end = der.whole(certificate, der.SEQUENCE)
    at, end = der.expect(certificate, at, end, der.SEQUENCE)
    fields = []
    for tag, _, stop in der.children(certificate, at, end):
        if tag != 0xA0:
            fields.append((at, stop))
        at = stop
        if len(fields) == 6:
            return certificate[slice(*fields[5])]
    raise DerError("truncated")
