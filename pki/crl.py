"""A certificate revocation list as plain facts (RFC 5280, section 5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.x509 import InvalidVersion, load_der_x509_crl

from pki import der
from pki.der import DerError
from pki.errors import NotDecodable
from pki.extensions.content import serial_hex
from pki.extensions.general_names import AltNames
from pki.extensions.points import IssuingDistributionPoint
from pki.extensions.read import AuthorityKeyIdentifier, Value, read_extension
from pki.findings import Finding, finding
from pki.limits import DEFAULT, Limits
from pki.names import read_name
from pki.signatures import decoder_reason, signature_facts, signature_findings

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_UNDERSTOOD = frozenset(
    ("crlNumber", "deltaCRLIndicator", "issuingDistributionPoint", "authorityKeyIdentifier")
)
_UNDERSTOOD_ENTRY = frozenset(("reasonCode", "invalidityDate", "certificateIssuer"))
# How many different dates and reasons are kept while one list is read.
_REMEMBERED = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class CrlFacts:
    """Everything that pages and queries need of a CRL. Never raises after it was built.

    Conventions are those of `CertificateFacts`. `number` and `base_number` are decimal text (a CRL
    number has up to 20 octets), empty where absent; `base_number` is set for a delta CRL.
    `next_update` is None where the CRL has none. `scope` holds the flags of its issuing
    distribution point: `user`, `ca`, `attribute`, `indirect`, `reasons`, `named`; empty for a full
    and complete CRL.
    """

    der: bytes
    sha256: str
    issuer: str
    issuer_sha256: str
    aki: str
    number: str
    base_number: str
    this_update: datetime
    next_update: datetime | None
    signature_algorithm: str
    scope: tuple[str, ...]
    revoked_count: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokedEntry:
    """One entry of a CRL (RFC 5280, section 5.3).

    `serial` is written as in `CertificateFacts`; `reason` is the RFC's name or empty;
    `certificate_issuer` is RFC 4514 text where an indirect CRL names another issuer, else empty
    (it holds for the entries that follow as well, and is written on each of them).
    """

    serial: str
    revoked_at: datetime
    reason: str = ""
    invalidity_date: datetime | None = None
    certificate_issuer: str = ""


def parse_crl(data: bytes, *, limits: Limits = DEFAULT) -> CrlFacts:
    """The facts of one DER CRL; its entries are counted, not read (`revoked_serials` reads them).

    Raises `NotDecodable` only at the door, with `why`: `too_large`, `trailing_data` or the
    decoder's reason. Everything else that is odd is a finding.
    """
    if len(data) > limits.crl_bytes:
        raise NotDecodable(what="crl", why="too_large", maximum=limits.crl_bytes)
    try:
        loaded = load_der_x509_crl(data)
        count = len(loaded)
    except (ValueError, InvalidVersion) as error:
        why = "trailing_data" if "ExtraData" in str(error) else decoder_reason(error)
        raise NotDecodable(what="crl", why=why) from error
    try:
        return _facts(data, count)
    except DerError as error:
        raise NotDecodable(what="crl", why=str(error)) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fields:
    """Where the fields of a TBSCertList stand; `entries` and `extensions` are empty where absent."""

    version: int
    algorithm: tuple[int, int]
    issuer: tuple[int, int]
    this_update: tuple[int, int, int]
    next_update: tuple[int, int, int] | None
    entries: tuple[int, int]
    extensions: tuple[int, int]


def _fields(data: bytes) -> _Fields:
    at, end = der.whole(data, der.SEQUENCE)
    at, end = der.expect(data, at, end, der.SEQUENCE)
    version = 1
    tag, start, stop = der.read(data, at, end)
    if tag == der.INTEGER:
        version = der.integer(data, start, stop) + 1
        tag, start, stop = der.read(data, stop, end)
    algorithm = (start, stop)
    issuer_stop = der.expect(data, stop, end, der.SEQUENCE)[1]
    this_update = der.read(data, issuer_stop, end)
    fields = [
        (tag, inside, after) for tag, inside, after in der.children(data, this_update[2], end)
    ]
    next_update = None
    if fields and fields[0][0] in (der.UTC_TIME, der.GENERALIZED_TIME):
        next_update = fields.pop(0)
    entries = extensions = (0, 0)
    for tag, inside, after in fields:
        if tag == der.SEQUENCE:
            entries = (inside, after)
        elif tag == 0xA0:
            extensions = der.expect(data, inside, after, der.SEQUENCE)
    return _Fields(
        version=version,
        algorithm=algorithm,
        issuer=(stop, issuer_stop),
        this_update=this_update,
        next_update=next_update,
        entries=entries,
        extensions=extensions,
    )


def _facts(data: bytes, count: int) -> CrlFacts:
    fields = _fields(data)
    findings: list[Finding] = []
    if fields.version != 2:
        findings.append(finding("crl.not_v2", place="version", version=fields.version))
    issuer = read_name(data[slice(*fields.issuer)])
    findings.extend(
        Finding(code=odd.code, severity=odd.severity, place="issuer", data=odd.data)
        for odd in issuer.findings
    )
    signature = signature_facts(data[slice(*fields.algorithm)])
    findings.extend(signature_findings(signature, place="signatureAlgorithm"))
    this_update = _moment(data, fields.this_update, "thisUpdate", findings)
    next_update = None
    if fields.next_update is None:
        findings.append(finding("crl.no_next_update", place="nextUpdate"))
    else:
        next_update = _moment(data, fields.next_update, "nextUpdate", findings)
        if next_update < this_update:
            findings.append(finding("crl.inverted", place="nextUpdate"))
    values = _extensions(data, fields.extensions, findings)
    number = values.get("crlNumber")
    base = values.get("deltaCRLIndicator")
    authority = values.get("authorityKeyIdentifier")
    point = values.get("issuingDistributionPoint")
    if "crlNumber" not in values:
        findings.append(finding("crl.no_number", place="crlNumber"))
    if "authorityKeyIdentifier" not in values:
        findings.append(finding("crl.no_authority_key", place="authorityKeyIdentifier"))
    _check_entries(data, fields.entries, findings)
    return CrlFacts(
        der=data,
        sha256=hashlib.sha256(data).hexdigest(),
        issuer=issuer.text,
        issuer_sha256=issuer.sha256,
        aki=authority.key_id if isinstance(authority, AuthorityKeyIdentifier) else "",
        number=number if isinstance(number, str) else "",
        base_number=base if isinstance(base, str) else "",
        this_update=this_update,
        next_update=next_update,
        signature_algorithm=signature.name,
        scope=point.scope if isinstance(point, IssuingDistributionPoint) else (),
        revoked_count=count,
        findings=tuple(findings),
    )


def _moment(
    data: bytes, field: tuple[int, int, int], place: str, findings: list[Finding]
) -> datetime:
    try:
        return der.moment(data, *field)
    except DerError:
        # Never fresh: what cannot be read must not keep a list in use.
        findings.append(finding("crl.malformed_date", place=place))
        return _EARLIEST


def _extensions(data: bytes, bounds: tuple[int, int], findings: list[Finding]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for _, start, stop in der.children(data, *bounds):
        extension = read_extension(data[start:stop])
        name = extension.name
        if name in values:
            findings.append(finding("crl.duplicate_extension", place=name))
            continue
        values[name] = extension.value
        if extension.why:
            findings.append(finding("crl.malformed_extension", place=name, why=extension.why))
        if extension.critical and name not in _UNDERSTOOD:
            findings.append(finding("crl.unknown_critical", place=name))
    return values


def _check_entries(data: bytes, bounds: tuple[int, int], findings: list[Finding]) -> None:
    """Critical entry extensions that nobody here knows forbid the use of the CRL (RFC 5280, 5.3).

    Only entries around an encoded `critical TRUE` are taken apart: a list of 100,000 entries
    mostly has none, and one search over its bytes costs nothing beside reading it.
    """
    if data.find(b"\x01\x01\xff", *bounds) < 0:
        return
    unknown: dict[str, None] = {}
    try:
        for _, start, stop in der.children(data, *bounds):
            if data.find(b"\x01\x01\xff", start, stop) < 0:
                continue
            at = der.read(data, der.read(data, start, stop)[2], stop)[2]
            if at < stop:
                inside, after = der.expect(data, at, stop, der.SEQUENCE)
                for _, extension_at, extension_stop in der.children(data, inside, after):
                    extension = read_extension(data[extension_at:extension_stop])
                    if extension.critical and extension.name not in _UNDERSTOOD_ENTRY:
                        unknown[extension.name] = None
    except DerError as error:
        findings.append(finding("crl.malformed_entry", place="revokedCertificates", why=str(error)))
    findings.extend(finding("crl.unknown_critical_entry", place=name) for name in unknown)


def revoked_serials(data: bytes) -> tuple[RevokedEntry, ...]:
    """Every entry of a DER CRL that `parse_crl` took, in its order; `iterate_revoked` at once."""
    return tuple(iterate_revoked(data))


def iterate_revoked(data: bytes) -> Iterator[RevokedEntry]:
    """The entries of a DER CRL that `parse_crl` took, one after the other, in its order.

    An entry whose date or extension does not decode still revokes: its date is then the earliest
    one, its reason empty. Raises `NotDecodable` where the list itself has not that structure.
    """
    try:
        start, stop = _fields(data).entries
        yield from _entries(data, start, stop)
    except DerError as error:
        raise NotDecodable(what="crl", why=str(error)) from error


def _entries(data: bytes, at: int, end: int) -> Iterator[RevokedEntry]:
    read = der.read
    moments: dict[bytes, datetime] = {}
    details: dict[bytes, tuple[str, datetime | None, str]] = {}
    issuer = ""
    while at < end:
        _, start, at = read(data, at, end)
        _, serial_at, serial_stop = read(data, start, at)
        tag, moment_at, stop = read(data, serial_stop, at)
        encoded = data[serial_stop:stop]
        revoked_at = moments.get(encoded)
        if revoked_at is None:
            if len(moments) > _REMEMBERED:
                moments.clear()
            revoked_at = moments[encoded] = _moment(data, (tag, moment_at, stop), "", [])
        reason = ""
        invalid_since = None
        if stop < at:
            rest = data[stop:at]
            detail = details.get(rest)
            if detail is None:
                if len(details) > _REMEMBERED:
                    details.clear()
                detail = details[rest] = _entry_details(rest)
            reason, invalid_since, named = detail
            issuer = named or issuer
        yield RevokedEntry(
            serial=serial_hex(data[serial_at:serial_stop]),
            revoked_at=revoked_at,
            reason=reason,
            invalidity_date=invalid_since,
            certificate_issuer=issuer,
        )


def _entry_details(raw: bytes) -> tuple[str, datetime | None, str]:
    reason = issuer = ""
    invalid_since = None
    try:
        at, end = der.whole(raw, der.SEQUENCE)
        for _, start, stop in der.children(raw, at, end):
            extension = read_extension(raw[start:stop])
            if extension.name == "reasonCode" and isinstance(extension.value, str):
                reason = extension.value
            elif extension.name == "invalidityDate" and isinstance(extension.value, datetime):
                invalid_since = extension.value
            elif extension.name == "certificateIssuer" and isinstance(extension.value, AltNames):
                names = [name.value for name in extension.value.entries if name.kind == "dirname"]
                issuer = names[0] if names else ""
    except DerError:
        pass
    return reason, invalid_since, issuer
