"""The extensions of a certificate or CRL, and what stands in them (RFC 5280, 4.2 and 5.2).

Each reader takes the DER value of one kind of extension and raises `DerError` where it is malformed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Final, TypeVar

from pki import der
from pki.oids import KEY_USAGES

T = TypeVar("T")

# Extensions that are the same in every certificate of an issuer are read once. What is longer than
# this is one certificate's own, and is not kept.
_MOST_KEPT: Final = 1024
_LONGEST_KEPT: Final = 512

# Contents of the object identifiers of RFC 5280, 4.2.1, 4.2.2 and 5.2.
ID_CE: Final = b"\x55\x1d"
SUBJECT_KEY_ID: Final = ID_CE + b"\x0e"
KEY_USAGE: Final = ID_CE + b"\x0f"
SUBJECT_ALT_NAME: Final = ID_CE + b"\x11"
ISSUER_ALT_NAME: Final = ID_CE + b"\x12"
BASIC_CONSTRAINTS: Final = ID_CE + b"\x13"
CRL_NUMBER: Final = ID_CE + b"\x14"
DELTA_CRL_INDICATOR: Final = ID_CE + b"\x1b"
ISSUING_DISTRIBUTION_POINT: Final = ID_CE + b"\x1c"
NAME_CONSTRAINTS: Final = ID_CE + b"\x1e"
CRL_DISTRIBUTION_POINTS: Final = ID_CE + b"\x1f"
CERTIFICATE_POLICIES: Final = ID_CE + b"\x20"
POLICY_MAPPINGS: Final = ID_CE + b"\x21"
AUTHORITY_KEY_ID: Final = ID_CE + b"\x23"
POLICY_CONSTRAINTS: Final = ID_CE + b"\x24"
EXTENDED_KEY_USAGE: Final = ID_CE + b"\x25"
FRESHEST_CRL: Final = ID_CE + b"\x2e"
INHIBIT_ANY_POLICY: Final = ID_CE + b"\x36"
AUTHORITY_INFO_ACCESS: Final = b"\x2b\x06\x01\x05\x05\x07\x01\x01"

EXTENSION_NAMES: Final = {
    SUBJECT_KEY_ID: "subjectKeyIdentifier",
    KEY_USAGE: "keyUsage",
    SUBJECT_ALT_NAME: "subjectAltName",
    ISSUER_ALT_NAME: "issuerAltName",
    BASIC_CONSTRAINTS: "basicConstraints",
    CRL_NUMBER: "cRLNumber",
    DELTA_CRL_INDICATOR: "deltaCRLIndicator",
    ISSUING_DISTRIBUTION_POINT: "issuingDistributionPoint",
    NAME_CONSTRAINTS: "nameConstraints",
    CRL_DISTRIBUTION_POINTS: "cRLDistributionPoints",
    CERTIFICATE_POLICIES: "certificatePolicies",
    POLICY_MAPPINGS: "policyMappings",
    AUTHORITY_KEY_ID: "authorityKeyIdentifier",
    POLICY_CONSTRAINTS: "policyConstraints",
    EXTENDED_KEY_USAGE: "extKeyUsage",
    FRESHEST_CRL: "freshestCRL",
    INHIBIT_ANY_POLICY: "inhibitAnyPolicy",
    AUTHORITY_INFO_ACCESS: "authorityInfoAccess",
}

# Tags of GeneralName (RFC 5280, 4.2.1.6).
NAME_OTHER: Final = 0xA0
NAME_EMAIL: Final = 0x81
NAME_DNS: Final = 0x82
NAME_DIRECTORY: Final = 0xA4
NAME_URI: Final = 0x86
NAME_IP: Final = 0x87


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: its object identifier's content, criticality and DER value."""

    oid: bytes
    critical: bool
    value: bytes

    @property
    def name(self) -> str:
        """The name of RFC 5280, or the dotted identifier."""
        return EXTENSION_NAMES.get(self.oid) or dotted(self.oid)


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """RFC 5280, 4.2.1.9."""

    is_ca: bool
    path_length: int | None


@dataclass(frozen=True, slots=True)
class AuthorityKey:
    """The parts of an authority key identifier that are there (RFC 5280, 4.2.1.1)."""

    key_id: bytes | None
    issuer: bool
    serial: bytes | None


@dataclass(frozen=True, slots=True)
class Subtrees:
    """Name constraints as (tag, content, has minimum or maximum); None: the field is absent."""

    permitted: tuple[tuple[int, bytes, bool], ...] | None
    excluded: tuple[tuple[int, bytes, bool], ...] | None


def dotted(oid: bytes) -> str:
    """The dotted form of an identifier's content, or its hex where it is malformed."""
    try:
        return der.object_identifier(oid)
    except der.DerError:
        return oid.hex()


def kept(reader: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """The reader with the answers to short values remembered; faults are found anew each time."""
    remembering = lru_cache(maxsize=_MOST_KEPT)(reader)

    @wraps(reader)
    def read(value: bytes) -> T:
        return remembering(value) if len(value) <= _LONGEST_KEPT else reader(value)

    return read


@kept
def read_extension(content: bytes) -> Extension:
    """One extension, from the content of its SEQUENCE."""
    end = len(content)
    _, oid_start, oid_stop = der.read(content, 0, end)
    tag, value_start, value_stop = der.read(content, oid_stop, end)
    critical = False
    if tag == der.BOOLEAN:
        critical = content[value_start:value_stop] != b"\x00"
        tag, value_start, value_stop = der.read(content, value_stop, end)
    if tag != der.OCTET_STRING:
        raise der.DerError("extension without a value")
    return Extension(content[oid_start:oid_stop], critical, content[value_start:value_stop])


def contents_of_extensions(data: bytes, start: int, stop: int) -> Iterator[bytes]:
    """The content of each extension of the SEQUENCE OF them that stands there."""
    end, stop = der.expect(data, start, stop, der.SEQUENCE)
    while end < stop:
        tag, at, end = der.read(data, end, stop)
        if tag != der.SEQUENCE:
            raise der.DerError("extension is not a sequence")
        yield data[at:end]


@kept
def read_basic_constraints(value: bytes) -> BasicConstraints:
    """RFC 5280, 4.2.1.9."""
    start, stop = der.whole(value, der.SEQUENCE)
    is_ca, length = False, None
    for tag, at, end in der.children(value, start, stop):
        if tag == der.BOOLEAN:
            is_ca = value[at:end] != b"\x00"
        elif tag == der.INTEGER:
            length = der.integer(value, at, end)
        else:
            raise der.DerError("unknown field")
    return BasicConstraints(is_ca, length)


@kept
def read_key_usage(value: bytes) -> frozenset[str]:
    """RFC 5280, 4.2.1.3."""
    bits = der.bits(value, *der.whole(value, der.BIT_STRING))
    return frozenset(KEY_USAGES[bit] for bit in bits if bit < len(KEY_USAGES))


@kept
def read_extended_key_usage(value: bytes) -> tuple[bytes, ...]:
    """RFC 5280, 4.2.1.12."""
    found = []
    for tag, at, end in der.children(value, *der.whole(value, der.SEQUENCE)):
        if tag != der.OID:
            raise der.DerError("not an object identifier")
        found.append(value[at:end])
    return tuple(found)


def read_general_names(value: bytes) -> tuple[tuple[int, bytes], ...]:
    """RFC 5280, 4.2.1.6: the names as (tag, content)."""
    start, stop = der.whole(value, der.SEQUENCE)
    return tuple((tag, value[at:end]) for tag, at, end in der.children(value, start, stop))


def read_key_identifier(value: bytes) -> bytes:
    """RFC 5280, 4.2.1.2."""
    start, stop = der.whole(value, der.OCTET_STRING)
    return value[start:stop]


@kept
def read_authority_key(value: bytes) -> AuthorityKey:
    """RFC 5280, 4.2.1.1."""
    start, stop = der.whole(value, der.SEQUENCE)
    key_id, issuer, serial = None, False, None
    for tag, at, end in der.children(value, start, stop):
        if tag == 0x80:
            key_id = value[at:end]
        elif tag == 0xA1:
            issuer = True
        elif tag == 0x82:
            serial = value[at:end]
        else:
            raise der.DerError("unknown field")
    return AuthorityKey(key_id, issuer, serial)


@kept
def read_name_constraints(value: bytes) -> Subtrees:
    """RFC 5280, 4.2.1.10."""
    start, stop = der.whole(value, der.SEQUENCE)
    permitted = excluded = None
    for tag, at, end in der.children(value, start, stop):
        if tag == 0xA0:
            permitted = _read_subtrees(value, at, end)
        elif tag == 0xA1:
            excluded = _read_subtrees(value, at, end)
        else:
            raise der.DerError("unknown field")
    return Subtrees(permitted, excluded)


def _read_subtrees(value: bytes, start: int, stop: int) -> tuple[tuple[int, bytes, bool], ...]:
    found = []
    for tag, at, end in der.children(value, start, stop):
        if tag != der.SEQUENCE:
            raise der.DerError("subtree is not a sequence")
        base, base_start, base_stop = der.read(value, at, end)
        found.append((base, value[base_start:base_stop], base_stop != end))
    return tuple(found)
