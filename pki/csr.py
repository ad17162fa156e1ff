"""Certificate requests (PKCS#10, RFC 2986) and self-signed certificates from one specification.

A `RequestSpec` is what the form asks for, and what is stored with the request; the functions here
turn it into bytes and back into facts. What a CA will think of it is `pki.preflight`'s matter.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509.oid import NameOID, ObjectIdentifier

from pki import der, names, oids
from pki.der import DerError
from pki.errors import LimitExceeded, NotDecodable, PkiError
from pki.extensions import AltName, AltNames, BasicConstraints, Extension, read_extension
from pki.findings import Finding
from pki.host_names import NameRefused, address, host_name, mail_address, uri
from pki.key_findings import key_finding
from pki.keys import public_key_facts
from pki.limits import DEFAULT, Limits
from pki.signatures import decoder_reason, signature_facts

PRESET_DAYS = 365
DIGESTS: Mapping[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
PRESET_DIGEST = "sha256"
# CA/B Baseline Requirements, 7.1: at least 64 bits of a generator; RFC 5280, 4.1.2.2: 20 octets.
SERIAL_BITS = 159
SMALLEST_SERIAL_BITS = 64

# What the form offers; keyCertSign and cRLSign belong to a CA.
KEY_USAGES: tuple[str, ...] = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
)
EXTENDED_KEY_USAGES: tuple[str, ...] = (
    "serverAuth",
    "clientAuth",
    "emailProtection",
    "secureShellClient",
    "secureShellServer",
)
_USAGE_OIDS = {name: dotted for dotted, name in oids.EXTENDED_KEY_USAGES.items()}

_EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
_MS_EXTENSION_REQUEST = "1.3.6.1.4.1.311.2.1.14"
_CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7"  # noqa: S105 - an object identifier
_ATTRIBUTES = 0xA0


class Profile(StrEnum):
    """What the certificate is for; decides the presets."""

    SERVER = "server"
    CLIENT = "client"
    BOTH = "both"


PRESET_EXTENDED_KEY_USAGE: Mapping[Profile, tuple[str, ...]] = {
    Profile.SERVER: ("serverAuth",),
    Profile.CLIENT: ("clientAuth",),
    Profile.BOTH: ("serverAuth", "clientAuth"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The attributes of a subject that the form has, in the order in which they are written."""

    country: str = ""
    state: str = ""
    locality: str = ""
    organization: str = ""
    organizational_unit: str = ""
    common_name: str = ""
    email: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no attribute is given."""
        return not any(getattr(self, item.name) for item in fields(self))


# Each attribute: its object identifier, OpenSSL's name for it, and X.520's upper bound.
SUBJECT_ATTRIBUTES: Mapping[str, tuple[ObjectIdentifier, str, int]] = {
    "country": (NameOID.COUNTRY_NAME, "C", 2),
    "state": (NameOID.STATE_OR_PROVINCE_NAME, "ST", 128),
    "locality": (NameOID.LOCALITY_NAME, "L", 128),
    "organization": (NameOID.ORGANIZATION_NAME, "O", 64),
    "organizational_unit": (NameOID.ORGANIZATIONAL_UNIT_NAME, "OU", 64),
    "common_name": (NameOID.COMMON_NAME, "CN", 64),
    "email": (NameOID.EMAIL_ADDRESS, "emailAddress", 255),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestSpec:
    """What to ask for. `alt_names` hold kinds `dns`, `ip`, `email`, `uri`, in canonical form.

    `key_usage` and `extended_key_usage` None mean the preset of the profile (and of the key: see
    `key_usage_of`); an empty tuple leaves the extension out. `digest` is not used with Ed25519 and
    Ed448, which have their own.
    """

    subject: Subject
    alt_names: tuple[AltName, ...] = ()
    profile: Profile = Profile.SERVER
    key_usage: tuple[str, ...] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    digest: str = PRESET_DIGEST

    def to_json(self) -> dict[str, Any]:
        """A JSON-able form that `from_json` reads back."""
        return {
            "subject": {item.name: getattr(self.subject, item.name) for item in fields(Subject)},
            "alt_names": [[entry.kind, entry.value] for entry in self.alt_names],
            "profile": self.profile.value,
            "key_usage": None if self.key_usage is None else list(self.key_usage),
            "extended_key_usage": (
                None if self.extended_key_usage is None else list(self.extended_key_usage)
            ),
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> RequestSpec:
        """The specification that `to_json` stored."""
        key_usage, extended = stored["key_usage"], stored["extended_key_usage"]
        return cls(
            subject=Subject(**stored["subject"]),
            alt_names=tuple(AltName(kind=kind, value=value) for kind, value in stored["alt_names"]),
            profile=Profile(stored["profile"]),
            key_usage=None if key_usage is None else tuple(key_usage),
            extended_key_usage=None if extended is None else tuple(extended),
            digest=stored["digest"],
        )


class RequestNotBuilt(PkiError):
    """A specification that has no encoding; preflight names the field. Data: `why`."""

    code = "request.not_built"


_CANONICAL = {"dns": host_name, "ip": address, "email": mail_address, "uri": uri}


def alt_name(kind: str, text: str) -> AltName:
    """A subjectAltName entry from what somebody typed. Raises `NameRefused`."""
    canonical = _CANONICAL.get(kind)
    if canonical is None:
        raise NameRefused(kind=kind[:16], value=text[:256], why="malformed")
    return AltName(kind=kind, value=canonical(text))


def alt_names_of(spec: RequestSpec) -> tuple[AltName, ...]:
    """The names to ask for: those of the spec, and the CN of a server in front.

    A client's CN is an account name and stays out. Doubles are left out; what is not canonical is
    left as it is (preflight refuses it).
    """
    wanted = [_tidy(entry) for entry in spec.alt_names]
    if spec.profile is not Profile.CLIENT and spec.subject.common_name:
        from_cn = _name_of_cn(spec.subject.common_name)
        if from_cn is not None:
            wanted = [from_cn, *wanted]
    return tuple(dict.fromkeys(wanted))


def _tidy(entry: AltName) -> AltName:
    try:
        return alt_name(entry.kind, entry.value)
    except NameRefused:
        return entry


def _name_of_cn(common_name: str) -> AltName | None:
    for kind in ("ip", "dns"):
        try:
            return alt_name(kind, common_name)
        except NameRefused:
            continue
    return None


def common_name_of(spec: RequestSpec) -> str:
    """The CN to write: a server's host name in the form of its SAN, a client's as it is.

    An account matches its certificate's CN byte for byte, so nothing of it is changed.
    """
    common_name = spec.subject.common_name
    if spec.profile is Profile.CLIENT or not common_name:
        return common_name
    found = _name_of_cn(common_name)
    return common_name if found is None else found.value


def key_usage_of(spec: RequestSpec, key_algorithm: str) -> tuple[str, ...]:
    """The key usage to ask for (RFC 5280, 4.2.1.3) with a key of this algorithm (`RSA`, ...).

    RSA servers keep keyEncipherment for the TLS 1.2 suites without forward secrecy that old
    partners still negotiate; other keys cannot do it (RFC 8410, 5; RFC 8422, 5.2).
    """
    if spec.key_usage is not None:
        return spec.key_usage
    if key_algorithm == "RSA" and spec.profile is not Profile.CLIENT:
        return ("digitalSignature", "keyEncipherment")
    return ("digitalSignature",)


def extended_key_usage_of(spec: RequestSpec) -> tuple[str, ...]:
    """The extended key usage to ask for."""
    if spec.extended_key_usage is not None:
        return spec.extended_key_usage
    return PRESET_EXTENDED_KEY_USAGE[spec.profile]


def new_serial() -> int:
    """A serial number: positive, 159 bits of a generator, at most 20 octets."""
    return secrets.randbits(SERIAL_BITS) | 1 << (SERIAL_BITS - 1)


# Building ----------------------------------------------------------------------------------------

_SigningKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)


def build_request(spec: RequestSpec, private_key_der: bytes) -> bytes:
    """The DER request, signed with the key (unencrypted PKCS#8). Raises `RequestNotBuilt`."""
    key = _signing_key(private_key_der)
    try:
        builder = x509.CertificateSigningRequestBuilder().subject_name(_name(spec))
        for extension, critical in _extensions(spec, key):
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(key, _digest(spec, key)).public_bytes(Encoding.DER)
    except ValueError as error:
        raise RequestNotBuilt(why=names.visible(str(error))[:200]) from error


def build_self_signed(
    spec: RequestSpec, private_key_der: bytes, *, days: int, now: datetime, serial: int
) -> bytes:
    """A self-signed end-entity certificate (CA:FALSE), valid from `now` for `days` days.

    Raises `RequestNotBuilt`, also for a serial number that is not positive or has not 64 bits.
    """
    if not SMALLEST_SERIAL_BITS <= serial.bit_length() <= SERIAL_BITS or serial <= 0:
        raise RequestNotBuilt(why="serial number")
    if days < 1:
        raise RequestNotBuilt(why="days")
    key = _signing_key(private_key_der)
    public = key.public_key()
    start = now.replace(microsecond=0)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    try:
        subject = _name(spec)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(public)
            .serial_number(serial)
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        )
        for extension, critical in _extensions(spec, key):
            builder = builder.add_extension(extension, critical=critical)
        builder = builder.add_extension(identifier, critical=False).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
        return builder.sign(key, _digest(spec, key)).public_bytes(Encoding.DER)
    except (ValueError, OverflowError) as error:
        raise RequestNotBuilt(why=names.visible(str(error))[:200]) from error


def _signing_key(private_key_der: bytes) -> _SigningKey:
    """The key object; its numbers were checked when it came into the console."""
    key = load_der_private_key(private_key_der, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, _SigningKey):
        raise RequestNotBuilt(why="key algorithm")
    return key


def _digest(
    spec: RequestSpec, key: _SigningKey
) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return None
    if spec.digest not in DIGESTS:
        raise RequestNotBuilt(why="digest")
    return DIGESTS[spec.digest]


def _name(spec: RequestSpec) -> x509.Name:
    """C as PrintableString, emailAddress as IA5String, the others as UTF8String (RFC 5280, 4.1.2.4)."""
    values = {item.name: getattr(spec.subject, item.name) for item in fields(Subject)}
    values["common_name"] = common_name_of(spec)
    if values["email"]:
        try:
            values["email"] = mail_address(values["email"])
        except NameRefused as error:
            # `cryptography` would write any octets into the IA5String.
            raise RequestNotBuilt(why="email") from error
    return x509.Name(
        [
            x509.NameAttribute(oid, values[field])
            for field, (oid, _, _) in SUBJECT_ATTRIBUTES.items()
            if values[field]
        ]
    )


def _extensions(spec: RequestSpec, key: _SigningKey) -> list[tuple[x509.ExtensionType, bool]]:
    algorithm = "RSA" if isinstance(key, rsa.RSAPrivateKey) else ""
    wanted: list[tuple[x509.ExtensionType, bool]] = []
    usages = key_usage_of(spec, algorithm)
    if usages:
        wanted.append((_key_usage(usages), True))
    extended = extended_key_usage_of(spec)
    if extended:
        purposes = [ObjectIdentifier(_usage_oid(name)) for name in extended]
        wanted.append((x509.ExtendedKeyUsage(purposes), False))
    alt_names = alt_names_of(spec)
    if alt_names:
        # RFC 5280, 4.2.1.6: critical where the subject is empty.
        general = x509.SubjectAlternativeName([_general_name(entry) for entry in alt_names])
        wanted.append((general, spec.subject.is_empty))
    return wanted


def _usage_oid(name: str) -> str:
    if name not in _USAGE_OIDS:
        raise RequestNotBuilt(why="extended key usage")
    return _USAGE_OIDS[name]


def _key_usage(usages: tuple[str, ...]) -> x509.KeyUsage:
    unknown = set(usages) - set(KEY_USAGES)
    if unknown:
        raise RequestNotBuilt(why="key usage")
    return x509.KeyUsage(
        digital_signature="digitalSignature" in usages,
        content_commitment="nonRepudiation" in usages,
        key_encipherment="keyEncipherment" in usages,
        data_encipherment="dataEncipherment" in usages,
        key_agreement="keyAgreement" in usages,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(entry: AltName) -> x509.GeneralName:
    if entry.kind == "dns":
        return x509.DNSName(entry.value)
    if entry.kind == "ip":
        return x509.IPAddress(ipaddress.ip_address(entry.value))
    if entry.kind == "email":
        return x509.RFC822Name(entry.value)
    if entry.kind == "uri":
        return x509.UniformResourceIdentifier(entry.value)
    raise RequestNotBuilt(why="subject alternative name")


# Reading -----------------------------------------------------------------------------------------


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
