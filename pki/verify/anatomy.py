"""A certificate or CRL taken apart for the checks: one walk over its DER (RFC 5280, 4.1 and 5.1).

Fields are kept as they are encoded and extensions are read when a check asks for them, so that one
that is malformed becomes a finding without losing the others, and so that a leaf costs little.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache, wraps
from typing import Final, TypeVar

from pki import der

T = TypeVar("T")

# Extensions that are the same in every certificate of an issuer are read once. What is longer than
# this is one certificate's own, and is not kept.
_MOST_KEPT: Final = 1024
_LONGEST_KEPT: Final = 512

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

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

COMMON_NAME: Final = b"\x55\x04\x03"
COUNTRY: Final = b"\x55\x04\x06"

KEY_USAGE_BITS: Final = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)

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


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The subject's key: algorithm and parameters as encoded, and the key bits."""

    algorithm: bytes
    parameters: bytes
    bits: bytes


def dotted(oid: bytes) -> str:
    """The dotted form of an identifier's content, or its hex where it is malformed."""
    try:
        return der.object_identifier(oid)
    except der.DerError:
        return oid.hex()


def seconds_of(moment: datetime) -> int:
    """Whole seconds since the epoch: OpenSSL compares at that granularity."""
    since = moment - EPOCH
    return since.days * 86400 + since.seconds


def _moment(data: bytes, tag: int, start: int, stop: int) -> datetime | None:
    try:
        return der.moment(data, tag, start, stop)
    except der.DerError:
        return None


def kept(reader: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """The reader with the answers to short values remembered; faults are found anew each time."""
    remembering = lru_cache(maxsize=_MOST_KEPT)(reader)

    @wraps(reader)
    def read(value: bytes) -> T:
        return remembering(value) if len(value) <= _LONGEST_KEPT else reader(value)

    return read


@kept
def _read_extension(content: bytes) -> Extension:
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


def _read_extensions(data: bytes, start: int, stop: int) -> Iterator[Extension]:
    start, stop = der.expect(data, start, stop, der.SEQUENCE)
    for tag, at, end in der.children(data, start, stop):
        if tag != der.SEQUENCE:
            raise der.DerError("extension is not a sequence")
        yield _read_extension(data[at:end])


def name_attributes(name: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Each attribute of a DER Name: type identifier, string tag, content."""
    start, stop = der.whole(name, der.SEQUENCE)
    for _, at, end in der.children(name, start, stop):
        for _, pair, pair_end in der.children(name, at, end):
            _, oid_start, oid_stop = der.read(name, pair, pair_end)
            tag, value_start, value_stop = der.read(name, oid_stop, pair_end)
            yield name[oid_start:oid_stop], tag, name[value_start:value_stop]


def attribute_text(tag: int, content: bytes) -> str:
    """A name attribute as text; what does not decode is shown with replacement characters."""
    if tag == der.BMP_STRING:
        return content.decode("utf-16-be", "replace")
    if tag == der.UNIVERSAL_STRING:
        return content.decode("utf-32-be", "replace")
    if tag == der.UTF8_STRING:
        return content.decode("utf-8", "replace")
    return content.decode("latin-1")


def shown(text: str) -> str:
    """The text with everything that does not print (NUL, line ends, bidi marks) escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


class Anatomy:
    """A certificate's fields. Raises `DerError` only on construction, where it is not DER at all."""

    def __init__(self, data: bytes) -> None:
        self.der = data
        start, stop = der.expect(data, 0, len(data), der.SEQUENCE)
        tbs_start, tbs_stop = der.expect(data, start, stop, der.SEQUENCE)
        outer_tag, _, outer_end = der.read(data, tbs_stop, stop)
        self.outer_algorithm = data[tbs_stop:outer_end] if outer_tag == der.SEQUENCE else b""
        self._walk(tbs_start, tbs_stop)

    def _walk(self, at: int, stop: int) -> None:
        data = self.der
        tag, start, end = der.read(data, at, stop)
        self.version = 1
        if tag == 0xA0:
            _, version_start, version_stop = der.read(data, start, end)
            self.version = der.integer(data, version_start, version_stop) + 1
            tag, start, end = der.read(data, end, stop)
        self.serial = data[start:end]
        fields = []
        for _ in range(5):
            at = end
            _, start, end = der.read(data, at, stop)
            fields.append((at, start, end))
        algorithm, issuer, validity, subject, spki = fields
        self.algorithm = data[algorithm[0] : algorithm[2]]
        self.issuer = data[issuer[0] : issuer[2]]
        self.subject = data[subject[0] : subject[2]]
        self.spki = data[spki[0] : spki[2]]
        tag, start, middle = der.read(data, validity[1], validity[2])
        self.not_before_tag = tag
        self.not_before = _moment(data, tag, start, middle)
        tag, start, last = der.read(data, middle, validity[2])
        self.not_after_tag = tag
        self.not_after = _moment(data, tag, start, last)
        self.extensions: dict[bytes, Extension] = {}
        self.duplicates: list[Extension] = []
        for tag, start, until in der.children(data, end, stop):
            if tag == 0xA3:
                for extension in _read_extensions(data, start, until):
                    if extension.oid in self.extensions:
                        self.duplicates.append(extension)
                    else:
                        self.extensions[extension.oid] = extension

    @cached_property
    def sha256(self) -> str:
        """The fingerprint as lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def self_issued(self) -> bool:
        """Subject and issuer are the same bytes."""
        return self.subject == self.issuer

    def read(self, oid: bytes, reader: Callable[[bytes], T]) -> T | None:
        """The extension's value as `reader` gives it; None where it is absent or malformed."""
        extension = self.extensions.get(oid)
        if extension is None:
            return None
        try:
            return reader(extension.value)
        except der.DerError:
            return None

    @cached_property
    def basic_constraints(self) -> BasicConstraints | None:
        """Basic constraints; None where absent or malformed."""
        return self.read(BASIC_CONSTRAINTS, read_basic_constraints)

    @property
    def is_ca(self) -> bool:
        """Whether basic constraints say that it is a CA."""
        constraints = self.basic_constraints
        return constraints is not None and constraints.is_ca

    @cached_property
    def key_usage(self) -> frozenset[str] | None:
        """The names of the key usage bits; None where absent or malformed."""
        return self.read(KEY_USAGE, read_key_usage)

    @cached_property
    def extended_key_usage(self) -> tuple[bytes, ...] | None:
        """The purposes as identifier contents; None where absent or malformed."""
        return self.read(EXTENDED_KEY_USAGE, read_extended_key_usage)

    @cached_property
    def alt_names(self) -> tuple[tuple[int, bytes], ...] | None:
        """The subject alternative names as (tag, content); None where absent or malformed."""
        return self.read(SUBJECT_ALT_NAME, read_general_names)

    @cached_property
    def authority_key(self) -> AuthorityKey | None:
        """The authority key identifier; None where absent or malformed."""
        return self.read(AUTHORITY_KEY_ID, read_authority_key)

    @cached_property
    def subject_key_id(self) -> bytes | None:
        """The subject key identifier; None where absent or malformed."""
        return self.read(SUBJECT_KEY_ID, read_key_identifier)

    @cached_property
    def name_constraints(self) -> Subtrees | None:
        """Name constraints; None where absent or malformed."""
        return self.read(NAME_CONSTRAINTS, read_name_constraints)

    @cached_property
    def public_key(self) -> PublicKey | None:
        """The subject's public key, taken apart; None where malformed."""
        try:
            return _read_public_key(self.spki)
        except der.DerError:
            return None

    @cached_property
    def common_names(self) -> tuple[str, ...]:
        """The common names of the subject."""
        return tuple(
            attribute_text(tag, content)
            for oid, tag, content in self.subject_attributes
            if oid == COMMON_NAME
        )

    @cached_property
    def subject_attributes(self) -> tuple[tuple[bytes, int, bytes], ...]:
        """The attributes of the subject; empty where it is malformed."""
        try:
            return tuple(name_attributes(self.subject))
        except der.DerError:
            return ()


def _read_public_key(spki: bytes) -> PublicKey:
    start, stop = der.whole(spki, der.SEQUENCE)
    algorithm_start, algorithm_stop = der.expect(spki, start, stop, der.SEQUENCE)
    oid_start, oid_stop = der.expect(spki, algorithm_start, algorithm_stop, der.OID)
    bits_start, bits_stop = der.expect(spki, algorithm_stop, stop, der.BIT_STRING)
    return PublicKey(
        spki[oid_start:oid_stop], spki[oid_stop:algorithm_stop], spki[bits_start + 1 : bits_stop]
    )


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
    return frozenset(KEY_USAGE_BITS[bit] for bit in bits if bit < len(KEY_USAGE_BITS))


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


class CrlAnatomy:
    """A CRL's fields, without its entries. Raises `DerError` where it is not DER at all."""

    def __init__(self, data: bytes) -> None:
        self.der = data
        start, stop = der.expect(data, 0, len(data), der.SEQUENCE)
        at, stop = der.expect(data, start, stop, der.SEQUENCE)
        tag, start, end = der.read(data, at, stop)
        self.version = 1
        if tag == der.INTEGER:
            self.version = der.integer(data, start, end) + 1
            at = end
            tag, start, end = der.read(data, at, stop)
        self.algorithm = data[at:end]
        at = end
        _, start, end = der.read(data, at, stop)
        self.issuer = data[at:end]
        tag, start, end = der.read(data, end, stop)
        self.this_update = _moment(data, tag, start, end)
        self.next_update: datetime | None = None
        self.has_next_update = False
        self.entries = (end, end)
        self.extensions: dict[bytes, Extension] = {}
        for tag, start, until in der.children(data, end, stop):
            if tag in (der.UTC_TIME, der.GENERALIZED_TIME):
                self.has_next_update = True
                self.next_update = _moment(data, tag, start, until)
            elif tag == der.SEQUENCE:
                self.entries = (start, until)
            elif tag == 0xA0:
                for extension in _read_extensions(data, start, until):
                    self.extensions[extension.oid] = extension

    @cached_property
    def sha256(self) -> str:
        """The fingerprint as lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    def _number(self, oid: bytes) -> int | None:
        extension = self.extensions.get(oid)
        if extension is None:
            return None
        try:
            return der.integer(extension.value, *der.whole(extension.value, der.INTEGER))
        except der.DerError:
            return None

    @cached_property
    def number(self) -> int | None:
        """The CRL number (RFC 5280, 5.2.3); None where absent or malformed."""
        return self._number(CRL_NUMBER)

    @property
    def is_delta(self) -> bool:
        """Whether it is a delta CRL (RFC 5280, 5.2.4)."""
        return DELTA_CRL_INDICATOR in self.extensions

    @cached_property
    def is_indirect(self) -> bool:
        """Whether its issuing distribution point says that other CAs' entries are in it.

        One that cannot be read counts as indirect: the caller errs on the careful side.
        """
        extension = self.extensions.get(ISSUING_DISTRIBUTION_POINT)
        if extension is None:
            return False
        try:
            start, stop = der.whole(extension.value, der.SEQUENCE)
            return any(
                tag == 0x84 and extension.value[at:end] != b"\x00"
                for tag, at, end in der.children(extension.value, start, stop)
            )
        except der.DerError:
            return True
