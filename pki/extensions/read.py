"""One extension taken apart: its name, whether it is critical, its value or why it has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from pki import der, oids
from pki.der import DerError
from pki.extensions.constraints import (
    certificate_policies,
    inhibit_any_policy,
    name_constraints,
    policy_constraints,
    policy_mappings,
)
from pki.extensions.content import nothing_after, serial_hex
from pki.extensions.general_names import AltNames, alt_names, general_names
from pki.extensions.points import (
    InformationAccess,
    IssuingDistributionPoint,
    authority_info_access,
    distribution_points,
    issuing_distribution_point,
)

_CACHED_BYTES = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class BasicConstraints:
    """RFC 5280, section 4.2.1.9."""

    ca: bool
    path_length: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorityKeyIdentifier:
    """RFC 5280, section 4.2.1.1, in lower-case hex; what is absent is empty."""

    key_id: str
    serial: str


Value = (
    BasicConstraints
    | AuthorityKeyIdentifier
    | AltNames
    | InformationAccess
    | IssuingDistributionPoint
    | tuple[str, ...]
    | datetime
    | str
    | None
)
Decoder = Callable[[bytes], Value]


class Extension(NamedTuple):
    """One extension: its name (dotted where not known), its value, or why it does not decode."""

    name: str
    known: bool
    critical: bool
    value: Value
    why: str = ""


def read_extension(raw: bytes) -> Extension:
    """One Extension from the content of its SEQUENCE: identifier, critical flag, value.

    Raises `DerError` only where that structure is broken; what the value holds is in the answer.
    Those that an authority puts into all its certificates alike are decoded once.
    """
    if len(raw) <= _CACHED_BYTES and not raw.startswith(_PARTICULAR):
        return _cached(raw)
    return _read(raw)


def _read(raw: bytes) -> Extension:
    end = len(raw)
    start, at = der.expect(raw, 0, end, der.OID)
    identifier = raw[start:at]
    tag, start, stop = der.read(raw, at, end)
    critical = False
    if tag == der.BOOLEAN:
        critical = raw[start:stop] != b"\x00"
        tag, start, stop = der.read(raw, stop, end)
    if tag != der.OCTET_STRING or stop != end:
        raise DerError("bad extension")
    name, decoder = _DECODERS.get(identifier, ("", None))
    if decoder is None:
        return Extension(der.object_identifier(identifier), False, critical, None)
    try:
        return Extension(name, True, critical, decoder(raw[start:stop]))
    except DerError as error:
        return Extension(name, True, critical, None, str(error))


_cached = lru_cache(maxsize=4096)(_read)


# Decoders, each for one extension ----------------------------------------------------------------


def _basic_constraints(value: bytes) -> BasicConstraints:
    at, end = der.whole(value, der.SEQUENCE)
    ca = False
    path_length = None
    if at < end and value[at] == der.BOOLEAN:
        start, at = der.expect(value, at, end, der.BOOLEAN)
        ca = der.boolean(value, start, at)
    if at < end:
        start, at = der.expect(value, at, end, der.INTEGER)
        path_length = der.integer(value, start, at)
        if not 0 <= path_length < 2**31:
            raise DerError("bad path length")
    nothing_after(at, end)
    return BasicConstraints(ca=ca, path_length=path_length)


def _key_usage(value: bytes) -> tuple[str, ...]:
    start, stop = der.whole(value, der.BIT_STRING)
    if stop - start > 3:
        # Bits that have no name (RFC 5280, section 4.2.1.3) are nobody's usage.
        value, start, stop = b"\x00" + value[start + 1 : start + 3], 0, 3
    numbers = der.bits(value, start, stop)
    return tuple(oids.KEY_USAGES[number] for number in numbers if number < len(oids.KEY_USAGES))


def _extended_key_usage(value: bytes) -> tuple[str, ...]:
    dotted = _object_identifiers(value)
    return tuple(oids.EXTENDED_KEY_USAGES.get(purpose, purpose) for purpose in dotted)


def _object_identifiers(value: bytes) -> list[str]:
    at, end = der.whole(value, der.SEQUENCE)
    if at == end:
        raise DerError("empty sequence")
    found = []
    while at < end:
        start, at = der.expect(value, at, end, der.OID)
        found.append(der.object_identifier(value[start:at]))
    return found


def _subject_key_identifier(value: bytes) -> str:
    start, stop = der.whole(value, der.OCTET_STRING)
    return value[start:stop].hex()


def _authority_key_identifier(value: bytes) -> AuthorityKeyIdentifier:
    at, end = der.whole(value, der.SEQUENCE)
    key_id = serial = ""
    last = -1
    while at < end:
        tag, start, at = der.read(value, at, end)
        if tag & 0x1F <= last:
            raise DerError("fields out of order")
        last = tag & 0x1F
        if tag == 0x80:
            key_id = value[start:at].hex()
        elif tag == 0xA1:
            general_names(value, start, at)
        elif tag == 0x82:
            if start == at:
                raise DerError("empty integer")
            serial = serial_hex(value[start:at])
        else:
            raise DerError("unexpected field")
    return AuthorityKeyIdentifier(key_id=key_id, serial=serial)


def _timestamp_list(value: bytes) -> None:
    """RFC 6962, section 3.3: a TLS vector of vectors inside an OCTET STRING."""
    at, end = der.whole(value, der.OCTET_STRING)
    if end - at < 2 or int.from_bytes(value[at : at + 2], "big") != end - at - 2:
        raise DerError("bad list length")
    at += 2
    while at < end:
        at += 2 + int.from_bytes(value[at : at + 2], "big")
    nothing_after(at, end)


def _tls_feature(value: bytes) -> None:
    at, end = der.whole(value, der.SEQUENCE)
    for tag, _, _ in der.children(value, at, end):
        if tag != der.INTEGER:
            raise DerError("bad feature")


def _null(value: bytes) -> None:
    start, stop = der.whole(value, der.NULL)
    nothing_after(start, stop)


def _one_element(value: bytes) -> None:
    nothing_after(der.read(value, 0, len(value))[2], len(value))
    der.check(value, 0, len(value))


def _crl_number(value: bytes) -> str:
    number = der.integer(value, *der.whole(value, der.INTEGER))
    # Longer ones would also meet Python's bound on printing integers.
    if number.bit_length() > 8 * 64:
        raise DerError("number too long")
    return str(number)


def _reason_code(value: bytes) -> str:
    start, stop = der.whole(value, der.ENUMERATED)
    code = der.integer(value, start, stop)
    if code not in _REASONS:
        raise DerError("unknown reason")
    return _REASONS[code]


def _invalidity_date(value: bytes) -> datetime:
    start, stop = der.whole(value, der.GENERALIZED_TIME)
    return der.moment(value, der.GENERALIZED_TIME, start, stop)


# RFC 5280, section 5.3.1; 7 is not used.
_REASONS = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}

_SPECIAL_DECODERS: dict[str, Decoder] = {
    "subjectKeyIdentifier": _subject_key_identifier,
    "keyUsage": _key_usage,
    "subjectAltName": alt_names,
    "issuerAltName": alt_names,
    "basicConstraints": _basic_constraints,
    "crlNumber": _crl_number,
    "reasonCode": _reason_code,
    "invalidityDate": _invalidity_date,
    "certificateIssuer": alt_names,
    "deltaCRLIndicator": _crl_number,
    "issuingDistributionPoint": issuing_distribution_point,
    "nameConstraints": name_constraints,
    "cRLDistributionPoints": distribution_points,
    "freshestCRL": distribution_points,
    "certificatePolicies": certificate_policies,
    "policyMappings": policy_mappings,
    "authorityKeyIdentifier": _authority_key_identifier,
    "policyConstraints": policy_constraints,
    "extendedKeyUsage": _extended_key_usage,
    "inhibitAnyPolicy": inhibit_any_policy,
    "authorityInfoAccess": authority_info_access,
    "tlsFeature": _tls_feature,
    "ocspNoCheck": _null,
    "precertificatePoison": _null,
    "signedCertificateTimestampList": _timestamp_list,
}

# Known to the console, by the content of the identifier, each with what takes it apart.
_DECODERS: dict[bytes, tuple[str, Decoder]] = {
    der.encode_object_identifier(dotted): (name, _SPECIAL_DECODERS.get(name, _one_element))
    for dotted, name in oids.EXTENSIONS.items()
}

# Different in every certificate, so that keeping them would only push others out.
_PARTICULAR = tuple(
    der.encode(der.OID, der.encode_object_identifier(dotted))
    for dotted, name in oids.EXTENSIONS.items()
    if name in ("subjectKeyIdentifier", "subjectAltName", "signedCertificateTimestampList")
)
