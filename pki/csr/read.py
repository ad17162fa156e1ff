"""The facts of a certificate request that came from anywhere (RFC 2986, section 4)."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from pki import der, names
from pki.csr.spec import SUBJECT_ATTRIBUTES, Subject
from pki.der import DerError
from pki.errors import LimitExceeded, NotDecodable
from pki.extensions.general_names import AltName, AltNames
from pki.extensions.read import BasicConstraints, Extension, read_extension
from pki.findings import Finding
from pki.key_findings import key_finding
from pki.keys import public_key_facts
from pki.limits import DEFAULT, Limits
from pki.signatures import decoder_reason, signature_facts

_EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
_MS_EXTENSION_REQUEST = "1.3.6.1.4.1.311.2.1.14"
_CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7"  # noqa: S105 - an object identifier
_ATTRIBUTES = 0xA0


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestFacts:
    """Everything that pages and services need of a request. Never raises after it was built.

    Conventions are those of `CertificateFacts`. `signature_valid` is the proof that whoever made
    the request holds the private key; None where its algorithm cannot be verified here.
    """

    der: bytes
    sha256: str
    subject: str
    subject_sha256: str
    subject_fields: Subject
    cn: str
    organization: str
    key_algorithm: str
    key_size: int
    spki: bytes
    spki_sha256: str
    signature_algorithm: str
    signature_valid: bool | None
    alt_names: tuple[AltName, ...]
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    asks_ca: bool
    extensions: tuple[str, ...]
    has_challenge_password: bool
    findings: tuple[Finding, ...]


def parse_request(data: bytes, *, limits: Limits = DEFAULT) -> RequestFacts:
    """The facts of one DER request.

    Raises `NotDecodable` for what is none, and `LimitExceeded` for `certificate_bytes`, `rsa_bits`
    and `names_per_certificate`. Everything else that is odd is a finding.
    """
    if len(data) > limits.certificate_bytes:
        raise LimitExceeded(
            limit="certificate_bytes", value=len(data), maximum=limits.certificate_bytes
        )
    try:
        parts = _parts(data)
        request = x509.load_der_x509_csr(data)
    except DerError as error:
        raise NotDecodable(what="request", why=str(error)) from error
    except (ValueError, x509.InvalidVersion) as error:
        raise NotDecodable(what="request", why=decoder_reason(error)) from error
    key = public_key_facts(parts.spki)
    if key.size > limits.rsa_bits:
        raise LimitExceeded(limit="rsa_bits", value=key.size, maximum=limits.rsa_bits)
    name = names.read_name(parts.subject)
    asked = _asked(parts.attributes, limits)
    valid, about_signature = _signature(request)
    return RequestFacts(
        der=data,
        sha256=hashlib.sha256(data).hexdigest(),
        subject=name.text,
        subject_sha256=name.sha256,
        subject_fields=subject_fields(parts.subject),
        cn=name.cn,
        organization=name.organization,
        key_algorithm=key.algorithm,
        key_size=key.size,
        spki=parts.spki,
        spki_sha256=hashlib.sha256(parts.spki).hexdigest(),
        signature_algorithm=parts.signature_algorithm,
        signature_valid=valid,
        alt_names=asked.alt_names,
        key_usage=asked.key_usage,
        extended_key_usage=asked.extended_key_usage,
        asks_ca=asked.ca,
        extensions=asked.extensions,
        has_challenge_password=asked.challenge_password,
        findings=(*name.findings, *key.findings, *about_signature, *asked.findings),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """The pieces of CertificationRequest (RFC 2986, section 4.1)."""

    subject: bytes
    spki: bytes
    attributes: bytes
    signature_algorithm: str


def _parts(data: bytes) -> _Parts:
    at, end = der.whole(data, der.SEQUENCE)
    info_at, info_stop = der.expect(data, at, end, der.SEQUENCE)
    algorithm_at, algorithm_stop = der.expect(data, info_stop, end, der.SEQUENCE)
    at = der.expect(data, info_at, info_stop, der.INTEGER)[1]
    subject_stop = der.expect(data, at, info_stop, der.SEQUENCE)[1]
    spki_stop = der.expect(data, subject_stop, info_stop, der.SEQUENCE)[1]
    attributes = b""
    if spki_stop < info_stop:
        # Some tools leave the empty set of attributes out.
        start, stop = der.expect(data, spki_stop, info_stop, _ATTRIBUTES)
        attributes = data[start:stop]
    return _Parts(
        subject=data[at:subject_stop],
        spki=data[subject_stop:spki_stop],
        attributes=attributes,
        signature_algorithm=signature_facts(data[algorithm_at:algorithm_stop]).name,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    alt_names: tuple[AltName, ...] = ()
    key_usage: tuple[str, ...] = ()
    extended_key_usage: tuple[str, ...] = ()
    ca: bool = False
    extensions: tuple[str, ...] = ()
    challenge_password: bool = False
    findings: tuple[Finding, ...] = ()


def _asked(attributes: bytes, limits: Limits) -> _Asked:
    """What the attributes ask for; what of them does not decode is a finding."""
    findings: list[Finding] = []
    extensions: list[Extension] = []
    challenge = False
    try:
        at = 0
        while at < len(attributes):
            start, at = der.expect(attributes, at, len(attributes), der.SEQUENCE)
            oid_start, oid_stop = der.expect(attributes, start, at, der.OID)
            dotted = der.object_identifier(attributes[oid_start:oid_stop])
            set_start, set_stop = der.expect(attributes, oid_stop, at, der.SET)
            if dotted in (_EXTENSION_REQUEST, _MS_EXTENSION_REQUEST):
                extensions.extend(_requested(attributes, set_start, set_stop))
            elif dotted == _CHALLENGE_PASSWORD:
                challenge = True
    except DerError as error:
        findings.append(key_finding("request.extensions_malformed", why=str(error)))
    if challenge:
        findings.append(key_finding("request.challenge_password"))
    findings.extend(
        key_finding("request.extensions_malformed", place=extension.name, why=extension.why)
        for extension in extensions
        if extension.why
    )
    by_name = {extension.name: extension.value for extension in reversed(extensions)}
    entries = by_name.get("subjectAltName")
    constraints = by_name.get("basicConstraints")
    alt_names: tuple[AltName, ...] = ()
    if isinstance(entries, AltNames):
        alt_names = entries.entries
        findings.extend(entries.findings)
    if len(alt_names) > limits.names_per_certificate:
        raise LimitExceeded(
            limit="names_per_certificate",
            value=len(alt_names),
            maximum=limits.names_per_certificate,
        )
    asks_ca = isinstance(constraints, BasicConstraints) and constraints.ca
    if asks_ca:
        findings.append(key_finding("request.asks_ca", place="basicConstraints"))
    return _Asked(
        alt_names=alt_names,
        key_usage=_strings(by_name.get("keyUsage")),
        extended_key_usage=_strings(by_name.get("extendedKeyUsage")),
        ca=asks_ca,
        extensions=tuple(dict.fromkeys(extension.name for extension in extensions)),
        challenge_password=challenge,
        findings=tuple(findings),
    )


def _requested(attributes: bytes, at: int, stop: int) -> list[Extension]:
    at, end = der.expect(attributes, at, stop, der.SEQUENCE)
    return [
        read_extension(attributes[start:after])
        for tag, start, after in der.children(attributes, at, end)
        if tag == der.SEQUENCE
    ]


def _strings(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _signature(request: x509.CertificateSigningRequest) -> tuple[bool | None, list[Finding]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            valid = request.is_signature_valid
    except (UnsupportedAlgorithm, TypeError, ValueError):
        return None, [key_finding("request.signature_unsupported")]
    return valid, [] if valid else [key_finding("request.signature_invalid")]


def subject_fields(name_der: bytes) -> Subject:
    """The attributes of a DER Name that the form has; of several of a kind the last one.

    Never raises: what does not decode is left out.
    """
    by_oid = {oid.dotted_string: field for field, (oid, _, _) in SUBJECT_ATTRIBUTES.items()}
    found: dict[str, str] = {}
    try:
        at, end = der.whole(name_der, der.SEQUENCE)
        for _, start, stop in der.children(name_der, at, end):
            for _, inside, inside_stop in der.children(name_der, start, stop):
                oid_start, oid_stop = der.expect(name_der, inside, inside_stop, der.OID)
                tag, value_at, value_stop = der.read(name_der, oid_stop, inside_stop)
                field = by_oid.get(der.object_identifier(name_der[oid_start:oid_stop]))
                text = names.decode_string(tag, name_der[value_at:value_stop])
                if field and text is not None:
                    found[field] = names.visible(text)
    except DerError:
        pass
    return Subject(**found)
