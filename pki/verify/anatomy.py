"""A certificate or CRL taken apart for the checks: one walk over its DER (RFC 5280, 4.1 and 5.1).

Fields are kept as they are encoded and extensions are read when a check asks for them, so that one
that is malformed becomes a finding without losing the others, and so that a leaf costs little.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from pki import der
from pki.verify.extension_values import (
    AUTHORITY_KEY_ID,
    BASIC_CONSTRAINTS,
    CERTIFICATE_POLICIES,
    CRL_NUMBER,
    DELTA_CRL_INDICATOR,
    EXTENDED_KEY_USAGE,
    EXTENSION_NAMES,
    INHIBIT_ANY_POLICY,
    ISSUING_DISTRIBUTION_POINT,
    KEY_USAGE,
    NAME_CONSTRAINTS,
    POLICY_CONSTRAINTS,
    POLICY_MAPPINGS,
    SUBJECT_ALT_NAME,
    SUBJECT_KEY_ID,
    AuthorityKey,
    BasicConstraints,
    Extension,
    Subtrees,
    contents_of_extensions,
    read_authority_key,
    read_basic_constraints,
    read_extended_key_usage,
    read_extension,
    read_general_names,
    read_key_identifier,
    read_key_usage,
    read_name_constraints,
)

T = TypeVar("T")

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
COMMON_NAME: Final = b"\x55\x04\x03"
COUNTRY: Final = b"\x55\x04\x06"

# What nearly every certificate has of its own.
INDIVIDUAL: Final = (SUBJECT_ALT_NAME, SUBJECT_KEY_ID)
# RFC 5280, 4.2.1.4, 4.2.1.5, 4.2.1.11 and 4.2.1.14.
POLICY_EXTENSIONS: Final = (
    CERTIFICATE_POLICIES,
    POLICY_MAPPINGS,
    POLICY_CONSTRAINTS,
    INHIBIT_ANY_POLICY,
)
_MOST_SHAPES: Final = 1024
_LARGEST_SHARED: Final = 4096


def seconds_of(moment: datetime) -> int:
    """Whole seconds since the epoch: OpenSSL compares at that granularity."""
    since = moment - EPOCH
    return since.days * 86400 + since.seconds


def _moment(data: bytes, tag: int, start: int, stop: int) -> datetime | None:
    try:
        return der.moment(data, tag, start, stop)
    except der.DerError:
        return None


def read_value(extension: Extension | None, reader: Callable[[bytes], T]) -> T | None:
    """The extension's value as `reader` gives it; None where it is absent or malformed."""
    if extension is None:
        return None
    try:
        return reader(extension.value)
    except der.DerError:
        return None


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


class Shape:
    """What the certificates that one CA issues for one purpose have in common.

    The algorithm identifiers as encoded (`key_algorithm` of the subject's key; empty where it is
    malformed) and the known extensions but for the alternative names and the subject's key
    identifier. There is one object for all certificates of the same shape, as far as it is
    `shared`, so that what is found about it is found once.
    """

    def __init__(
        self,
        algorithm: bytes,
        outer_algorithm: bytes,
        key_algorithm: bytes,
        contents: tuple[bytes, ...],
        *,
        shared: bool,
    ) -> None:
        self.algorithm = algorithm
        self.outer_algorithm = outer_algorithm
        self.key_algorithm = key_algorithm
        self.shared = shared
        self.extensions: dict[bytes, Extension] = {}
        for content in contents:
            extension = read_extension(content)
            self.extensions.setdefault(extension.oid, extension)

    @cached_property
    def basic_constraints(self) -> BasicConstraints | None:
        """Basic constraints; None where absent or malformed."""
        return read_value(self.extensions.get(BASIC_CONSTRAINTS), read_basic_constraints)

    @cached_property
    def is_ca(self) -> bool:
        """Whether basic constraints say that it is a CA."""
        return self.basic_constraints is not None and self.basic_constraints.is_ca

    @cached_property
    def key_usage(self) -> frozenset[str] | None:
        """The names of the key usage bits; None where absent or malformed."""
        return read_value(self.extensions.get(KEY_USAGE), read_key_usage)

    @cached_property
    def extended_key_usage(self) -> tuple[bytes, ...] | None:
        """The purposes as identifier contents; None where absent or malformed."""
        return read_value(self.extensions.get(EXTENDED_KEY_USAGE), read_extended_key_usage)

    @cached_property
    def authority_key(self) -> AuthorityKey | None:
        """The authority key identifier; None where absent or malformed."""
        return read_value(self.extensions.get(AUTHORITY_KEY_ID), read_authority_key)

    @cached_property
    def name_constraints(self) -> Subtrees | None:
        """Name constraints; None where absent or malformed."""
        return read_value(self.extensions.get(NAME_CONSTRAINTS), read_name_constraints)

    @cached_property
    def has_policies(self) -> bool:
        """Whether any extension about certificate policies is there."""
        return any(oid in self.extensions for oid in POLICY_EXTENSIONS)

    @cached_property
    def key_oid(self) -> bytes:
        """The algorithm of the subject's key; empty where it is malformed."""
        return self._key_algorithm[0]

    @cached_property
    def key_parameters(self) -> bytes:
        """The parameters of the subject's key, as encoded."""
        return self._key_algorithm[1]

    @cached_property
    def _key_algorithm(self) -> tuple[bytes, bytes]:
        encoded = self.key_algorithm
        try:
            start, stop = der.whole(encoded, der.SEQUENCE)
            oid_start, oid_stop = der.expect(encoded, start, stop, der.OID)
        except der.DerError:
            return b"", b""
        return encoded[oid_start:oid_stop], encoded[oid_stop:stop]


@lru_cache(maxsize=_MOST_SHAPES)
def _shared_shape(
    algorithm: bytes, outer_algorithm: bytes, key_algorithm: bytes, contents: tuple[bytes, ...]
) -> Shape:
    return Shape(algorithm, outer_algorithm, key_algorithm, contents, shared=True)


class Anatomy:
    """A certificate's fields. Raises `DerError` only on construction, where it is not DER at all."""

    def __init__(self, data: bytes) -> None:
        self.der = data
        start, stop = der.expect(data, 0, len(data), der.SEQUENCE)
        tbs_start, tbs_stop = der.expect(data, start, stop, der.SEQUENCE)
        outer_tag, _, outer_end = der.read(data, tbs_stop, stop)
        self._walk(
            tbs_start, tbs_stop, data[tbs_stop:outer_end] if outer_tag == der.SEQUENCE else b""
        )

    def _walk(self, at: int, stop: int, outer_algorithm: bytes) -> None:
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
        algorithm, issuer, validity, subject, self._spki = fields
        self.issuer = data[issuer[0] : issuer[2]]
        self.subject = data[subject[0] : subject[2]]
        self.self_issued = self.issuer == self.subject
        tag, start, middle = der.read(data, validity[1], validity[2])
        self.not_before_tag = tag
        self.not_before = _moment(data, tag, start, middle)
        tag, start, last = der.read(data, middle, validity[2])
        self.not_after_tag = tag
        self.not_after = _moment(data, tag, start, last)
        self.extensions: dict[bytes, Extension] = {}
        self.duplicates: list[Extension] = []
        contents = self._read_extensions(end, stop)
        # The subject alternative names as (tag, content); None where absent or malformed.
        self.alt_names = read_value(self.extensions.get(SUBJECT_ALT_NAME), read_general_names)
        self.subject_key_id = read_value(self.extensions.get(SUBJECT_KEY_ID), read_key_identifier)
        self.shape = self._shape(data[algorithm[0] : algorithm[2]], outer_algorithm, contents)

    def _read_extensions(self, at: int, stop: int) -> tuple[bytes, ...]:
        """Read them, and give the contents of those that belong to the shape."""
        data = self.der
        contents = []
        for tag, start, until in der.children(data, at, stop):
            if tag != 0xA3:
                continue
            for content in contents_of_extensions(data, start, until):
                extension = read_extension(content)
                if extension.oid in self.extensions:
                    self.duplicates.append(extension)
                    continue
                self.extensions[extension.oid] = extension
                if extension.oid in EXTENSION_NAMES and extension.oid not in INDIVIDUAL:
                    contents.append(content)
        return tuple(contents)

    def _shape(
        self, algorithm: bytes, outer_algorithm: bytes, contents: tuple[bytes, ...]
    ) -> Shape:
        _, start, stop = self._spki
        try:
            _, _, end = der.read(self.der, start, stop)
            key_algorithm = self.der[start:end]
        except der.DerError:
            key_algorithm = b""
        parts = (algorithm, outer_algorithm, key_algorithm, *contents)
        if sum(map(len, parts)) > _LARGEST_SHARED:
            return Shape(algorithm, outer_algorithm, key_algorithm, contents, shared=False)
        return _shared_shape(algorithm, outer_algorithm, key_algorithm, contents)

    @cached_property
    def sha256(self) -> str:
        """The fingerprint as lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def is_ca(self) -> bool:
        """Whether basic constraints say that it is a CA."""
        return self.shape.is_ca

    @property
    def key_bits(self) -> bytes | None:
        """The subject's public key without its algorithm; None where it is malformed."""
        if not self.shape.key_oid:
            return None
        _, start, stop = self._spki
        try:
            start, stop = der.expect(
                self.der, start + len(self.shape.key_algorithm), stop, der.BIT_STRING
            )
        except der.DerError:
            return None
        return self.der[start + 1 : stop]

    @property
    def common_names(self) -> tuple[str, ...]:
        """The common names of the subject."""
        return tuple(
            [
                attribute_text(tag, content)
                for oid, tag, content in self.subject_attributes
                if oid == COMMON_NAME
            ]
        )

    @cached_property
    def subject_attributes(self) -> tuple[tuple[bytes, int, bytes], ...]:
        """The attributes of the subject; empty where it is malformed."""
        try:
            return tuple(name_attributes(self.subject))
        except der.DerError:
            return ()


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
                for content in contents_of_extensions(data, start, until):
                    extension = read_extension(content)
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
