"""A certificate as plain facts, parsed once at the door (RFC 5280, section 4).

`cryptography` decides whether the bytes are a certificate at all; after that one walk over the raw
bytes reads every field. Its own attributes are not asked: each decodes again, a quarter of the
public certificates that load raise from one of them later, and together they take longer.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.x509 import InvalidVersion, load_der_x509_certificate

from pki import der
from pki.der import DerError
from pki.errors import NotDecodable
from pki.extensions.content import serial_hex
from pki.extensions.general_names import AltName, AltNames
from pki.extensions.points import InformationAccess
from pki.extensions.read import AuthorityKeyIdentifier, BasicConstraints, Value, read_extension
from pki.findings import Finding, finding
from pki.keys import public_key_facts
from pki.limits import DEFAULT, Limits
from pki.names import NameFacts, read_name, read_name_once
from pki.signatures import decoder_reason, signature_facts, signature_findings

__all__ = ["AltName", "CertificateFacts", "parse_certificate"]

LONGEST_LEAF = timedelta(days=398)
LONGEST_SERIAL = 20
_LONGEST_COLUMN = 512
_USUAL_START = bytes.fromhex("a00302010202")
_RSA_SIGNATURE = bytes.fromhex("300d06092a864886f70d0101")
_ECDSA_SIGNATURE = bytes.fromhex("300a06082a8648ce3d0403")
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateFacts:
    """Everything that pages and queries need of a certificate. Never raises after it was built.

    Digests and identifiers are lower-case hex without separators; `serial` is lower-case hex
    without leading zeros, with `-` in front when negative. Names are RFC 4514 text with control
    characters escaped. `subject_sha256` and `issuer_sha256` digest the canonical encoding of the
    name, so that two names are equal here exactly when OpenSSL takes them as equal
    (`X509_NAME_cmp`). Moments are aware, in UTC, and clamped to years 1 to 9999.

    `is_ca` is what OpenSSL's `X509_check_ca` answers: basicConstraints where there are any; else a
    version 1 certificate that is self-issued, or one whose key usage says keyCertSign.
    """

    der: bytes
    sha256: str
    sha1: str
    version: int
    serial: str
    subject: str
    issuer: str
    subject_sha256: str
    issuer_sha256: str
    cn: str
    organization: str
    ski: str
    aki: str
    aki_serial: str
    not_before: datetime
    not_after: datetime
    is_ca: bool
    path_length: int | None
    self_issued: bool
    key_algorithm: str
    key_size: int
    signature_algorithm: str
    spki_sha256: str
    key_usage: tuple[str, ...]
    extended_key_usage: tuple[str, ...]
    alt_names: tuple[AltName, ...]
    ocsp_urls: tuple[str, ...]
    ca_issuer_urls: tuple[str, ...]
    crl_urls: tuple[str, ...]
    findings: tuple[Finding, ...]


def parse_certificate(data: bytes, *, limits: Limits = DEFAULT) -> CertificateFacts:
    """The facts of one DER certificate.

    Raises `NotDecodable` only at the door, with `why`: `too_large`, `too_many_names`,
    `trailing_data`, or the decoder's reason. Everything else that is odd is a finding.
    """
    if len(data) > limits.certificate_bytes:
        raise NotDecodable(what="certificate", why="too_large", maximum=limits.certificate_bytes)
    _accept(data)
    try:
        return _Walk(data, limits).facts()
    except DerError as error:
        raise NotDecodable(what="certificate", why=str(error)) from error


def _accept(data: bytes) -> None:
    try:
        if _needs_silence(data):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                load_der_x509_certificate(data)
        else:
            load_der_x509_certificate(data)
    except (ValueError, InvalidVersion) as error:
        why = "trailing_data" if "ExtraData" in str(error) else decoder_reason(error)
        raise NotDecodable(what="certificate", why=why) from error


def _needs_silence(data: bytes) -> bool:
    """Whether loading would warn: the serial number is not positive, or a signature has a NULL.

    Both are findings here; a warning would go to a log that nobody reads, and hiding warnings is
    neither free nor safe among threads, so it is done for these few only.
    """
    if data.startswith(_USUAL_START, 8) and len(data) > 256 and 0 < data[15] < 0x80 > data[14]:
        # Nearly all: two headers of four octets, version 3, a positive serial number.
        signature_at = 15 + data[14]
        if data.startswith((_RSA_SIGNATURE, _ECDSA_SIGNATURE), signature_at):
            return False
    try:
        at, end = der.expect(data, 0, len(data), der.SEQUENCE)
        at, end = der.expect(data, at, end, der.SEQUENCE)
        tag, start, stop = der.read(data, at, end)
        if tag == 0xA0:
            start, stop = der.expect(data, stop, end, der.INTEGER)
        signature_at, signature_stop = der.expect(data, stop, end, der.SEQUENCE)
    except DerError:
        return True
    positive = start < stop and not data[start] & 0x80 and any(data[start:stop])
    is_rsa = data.startswith(_RSA_SIGNATURE[2:], signature_at)
    return not positive or (not is_rsa and data[signature_stop - 2 : signature_stop] == b"\x05\x00")


# The walk ----------------------------------------------------------------------------------------


class _Walk:
    """One pass over the fields of a certificate in the order in which they stand."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.findings: list[Finding] = []
        self.values: dict[str, Value] = {}
        self.critical: set[str] = set()

    def found(self, code: str, place: str = "", **data: str | int) -> None:
        self.findings.append(finding(code, place=place, **data))

    def facts(self) -> CertificateFacts:
        data = self.data
        outer, outer_end = der.whole(data, der.SEQUENCE)
        at, end = der.expect(data, outer, outer_end, der.SEQUENCE)
        tag, start, stop = der.read(data, at, end)
        version = 1
        if tag == 0xA0:
            version = data[stop - 1] + 1
            start, stop = der.expect(data, stop, end, der.INTEGER)
        serial = self._serial(data[start:stop])
        start, stop = der.expect(data, stop, end, der.SEQUENCE)
        algorithm = data[start:stop]
        issuer_at = stop
        stop = der.expect(data, stop, end, der.SEQUENCE)[1]
        issuer_raw = data[issuer_at:stop]
        validity_at, stop = der.expect(data, stop, end, der.SEQUENCE)
        not_before, not_after = self._validity(validity_at, stop)
        subject_at = stop
        stop = der.expect(data, stop, end, der.SEQUENCE)[1]
        subject_raw = data[subject_at:stop]
        spki_at = stop
        stop = der.expect(data, stop, end, der.SEQUENCE)[1]
        spki = data[spki_at:stop]

        issuer = read_name(issuer_raw)
        subject = issuer if subject_raw == issuer_raw else read_name_once(subject_raw)
        self_issued = subject.sha256 == issuer.sha256
        self._names(subject, issuer)
        key = public_key_facts(spki)
        self.findings.extend(key.findings)
        signature = signature_facts(algorithm)
        outer_algorithm = der.expect(data, end, outer_end, der.SEQUENCE)
        if data[slice(*outer_algorithm)] != algorithm:
            self.found("signature.algorithm_mismatch")
        while stop < end:
            tag, start, stop = der.read(data, stop, end)
            if tag == 0xA3:
                self._extensions(*der.expect(data, start, stop, der.SEQUENCE))

        constraints = self.values.get("basicConstraints")
        key_usage = self.values.get("keyUsage")
        extended = self.values.get("extendedKeyUsage")
        alt = self.values.get("subjectAltName")
        authority = self.values.get("authorityKeyIdentifier")
        access = self.values.get("authorityInfoAccess")
        crl_urls = self.values.get("cRLDistributionPoints")
        ski = self.values.get("subjectKeyIdentifier")
        alt_names = alt.entries if isinstance(alt, AltNames) else ()
        usages = key_usage if isinstance(key_usage, tuple) else ()
        purposes = extended if isinstance(extended, tuple) else ()
        is_ca = self._is_ca(version, self_issued)
        self._check_version(version)
        self._check_ca(is_ca)
        if not (is_ca and self_issued):
            self.findings.extend(signature_findings(signature))
        if not is_ca:
            self._check_leaf(subject, alt_names, purposes, not_before, not_after)
        digest = hashlib.sha256(data).hexdigest()
        return CertificateFacts(
            der=data,
            sha256=digest,
            sha1=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
            version=version,
            serial=serial,
            subject=subject.text,
            issuer=issuer.text,
            subject_sha256=subject.sha256,
            issuer_sha256=issuer.sha256,
            cn=_cut(subject.cn),
            organization=_cut(subject.organization),
            ski=_cut(ski) if isinstance(ski, str) else "",
            aki=_cut(authority.key_id) if isinstance(authority, AuthorityKeyIdentifier) else "",
            aki_serial=_cut(authority.serial)
            if isinstance(authority, AuthorityKeyIdentifier)
            else "",
            not_before=not_before,
            not_after=not_after,
            is_ca=is_ca,
            path_length=constraints.path_length
            if isinstance(constraints, BasicConstraints)
            else None,
            self_issued=self_issued,
            key_algorithm=key.algorithm,
            key_size=key.size,
            signature_algorithm=signature.name,
            spki_sha256=hashlib.sha256(spki).hexdigest(),
            key_usage=usages,
            extended_key_usage=purposes,
            alt_names=alt_names,
            ocsp_urls=access.ocsp if isinstance(access, InformationAccess) else (),
            ca_issuer_urls=access.ca_issuers if isinstance(access, InformationAccess) else (),
            crl_urls=crl_urls if isinstance(crl_urls, tuple) else (),
            findings=tuple(self.findings),
        )

    def _serial(self, content: bytes) -> str:
        serial = serial_hex(content)
        if serial[0] == "-":
            self.found("serial.negative", "serialNumber")
        elif serial == "0":
            self.found("serial.zero", "serialNumber")
        if len(content) > LONGEST_SERIAL:
            self.found("serial.too_long", "serialNumber", octets=len(content))
        return serial

    def _validity(self, at: int, end: int) -> tuple[datetime, datetime]:
        data = self.data
        tag, start, stop = der.read(data, at, end)
        not_before = self._moment("notBefore", tag, start, stop)
        tag, start, stop = der.read(data, stop, end)
        not_after = self._moment("notAfter", tag, start, stop)
        if not_after < not_before:
            self.found("validity.inverted", "validity")
        return not_before, not_after

    def _moment(self, place: str, tag: int, start: int, stop: int) -> datetime:
        try:
            moment = der.moment(self.data, tag, start, stop)
        except DerError:
            # A date that means nothing must not look valid: the earliest one is never in the future.
            self.found("validity.malformed", place)
            return _EARLIEST
        if tag == der.GENERALIZED_TIME and 1950 <= moment.year < 2050:
            self.found("validity.wrong_type", place)
        return moment

    def _names(self, subject: NameFacts, issuer: NameFacts) -> None:
        for place, name in (("subject", subject), ("issuer", issuer)):
            for odd in name.findings:
                self.findings.append(
                    Finding(code=odd.code, severity=odd.severity, place=place, data=odd.data)
                )
        if not issuer.text:
            self.found("name.empty_issuer", "issuer")

    def _extensions(self, at: int, end: int) -> None:
        data = self.data
        read = der.read
        while at < end:
            _, start, at = read(data, at, end)
            extension = read_extension(data[start:at])
            name = extension.name
            if name in self.values:
                self.found("extension.duplicate", name)
                continue
            self.values[name] = extension.value
            if extension.critical:
                self.critical.add(name)
                if not extension.known:
                    self.found("extension.unknown_critical", name)
            if extension.why:
                self.found("extension.malformed", name, why=extension.why)
            elif isinstance(extension.value, AltNames) and name == "subjectAltName":
                self._alt_names(extension.value)

    def _alt_names(self, alt: AltNames) -> None:
        if len(alt.entries) > self.limits.names_per_certificate:
            raise NotDecodable(
                what="certificate",
                why="too_many_names",
                maximum=self.limits.names_per_certificate,
            )
        self.findings.extend(alt.findings)

    def _is_ca(self, version: int, self_issued: bool) -> bool:
        constraints = self.values.get("basicConstraints")
        if isinstance(constraints, BasicConstraints):
            return constraints.ca
        if "basicConstraints" in self.values:
            return False
        key_usage = self.values.get("keyUsage")
        signs = isinstance(key_usage, tuple) and "keyCertSign" in key_usage
        if signs or (version == 1 and self_issued):
            self.found("ca.no_basic_constraints", "basicConstraints")
            return True
        return False

    def _check_version(self, version: int) -> None:
        if version != 3:
            self.found("version.not_v3", "version", version=version)

    def _check_ca(self, is_ca: bool) -> None:
        if not is_ca:
            constraints = self.values.get("basicConstraints")
            if isinstance(constraints, BasicConstraints) and constraints.path_length is not None:
                self.found("ca.path_length_without_ca", "basicConstraints")
            return
        if "basicConstraints" in self.values and "basicConstraints" not in self.critical:
            self.found("ca.basic_constraints_not_critical", "basicConstraints")
        if "keyUsage" not in self.values:
            self.found("ca.no_key_usage", "keyUsage")
        elif "keyCertSign" not in (self.values["keyUsage"] or ()):  # type: ignore[operator]
            self.found("ca.no_cert_sign", "keyUsage")
        if "subjectKeyIdentifier" not in self.values:
            self.found("ca.no_key_identifier", "subjectKeyIdentifier")

    def _check_leaf(
        self,
        subject: NameFacts,
        alt_names: tuple[AltName, ...],
        purposes: tuple[str, ...],
        not_before: datetime,
        not_after: datetime,
    ) -> None:
        for_servers = not purposes or "serverAuth" in purposes or "anyExtendedKeyUsage" in purposes
        if for_servers and "subjectAltName" not in self.values:
            self.found("san.missing", "subjectAltName")
        if for_servers and alt_names and subject.cn and _is_host(subject.cn):
            cn = subject.cn.lower()
            hosts = [name.value for name in alt_names if name.kind in ("dns", "ip")]
            if hosts and cn not in hosts:
                self.found("cn.not_in_san", "subject", cn=_cut(subject.cn))
        if not subject.text and not alt_names:
            self.found("name.empty_subject", "subject")
        days = (not_after - not_before).days
        if not_after - not_before > LONGEST_LEAF:
            self.found("validity.too_long", "validity", days=days, maximum=LONGEST_LEAF.days)


def _is_host(cn: str) -> bool:
    """Whether a common name reads as a host: a client's common name is an account, not a host."""
    return "." in cn and " " not in cn and "@" not in cn


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_COLUMN else f"{text[: _LONGEST_COLUMN - 1]}…"
