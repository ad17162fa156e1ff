"""What opening a protected key would cost, read from the file before anything is derived.

A file names its own work factor: 418 bytes can ask for 2**31 rounds. Each is compared with the
limits here; the derivation happens later, in a child that is killed from outside, because a file
may hide a second factor inside what the first one protects.

PKCS#12 files are written in BER by some (NSS, Java before 9), so this reads BER, and only as much
of it as finding the factors takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pki import der
from pki.der import DerError
from pki.errors import LimitExceeded
from pki.limits import DEFAULT, Limits

_PBKDF2 = "1.2.840.113549.1.5.12"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"
# PBES1 (RFC 8018, appendix A.3) and the schemes of PKCS#12 (RFC 7292, appendix C): salt, rounds.
_SALT_AND_ROUNDS = frozenset(
    {f"1.2.840.113549.1.5.{last}" for last in (1, 3, 4, 6, 10, 11)}
    | {f"1.2.840.113549.1.12.1.{last}" for last in (1, 2, 3, 4, 5, 6)}
)
_PBES2 = "1.2.840.113549.1.5.13"
_ENCRYPTIONS = _SALT_AND_ROUNDS | {_PBES2}

MAXIMUM_ELEMENTS = 100_000
# RSA-8192 in PKCS#8 takes 4.7 KB; what is hidden and longer than this is a larger key.
LONGEST_HIDDEN_KEY = 6 * 1024
# Argon2 and scrypt: memory, and memory written in all passes (a GiB takes about half a second).
MAXIMUM_PASSES_BYTES = 4 * 1024 * 1024 * 1024
MAXIMUM_LANES = 16
_LARGEST_SHOWN = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Element:
    """One BER element: its tag, its content where it is primitive, else what it consists of."""

    tag: int
    content: bytes
    parts: tuple[Element, ...]

    @property
    def number(self) -> int:
        """The value of an INTEGER, as far as it can be shown; -1 for anything else."""
        if self.tag != der.INTEGER or not self.content:
            return -1
        if len(self.content) > 8:
            return _LARGEST_SHOWN
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def oid(self) -> str:
        """The dotted form of an OBJECT IDENTIFIER; empty for anything else."""
        if self.tag != der.OID:
            return ""
        try:
            return der.object_identifier(self.content)
        except DerError:
            return ""


class _Parser:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = MAXIMUM_ELEMENTS

    def element(self, at: int, end: int, depth: int = 0) -> tuple[Element, int]:
        """The element at `at`, and where the next one starts."""
        self._left -= 1
        if self._left < 0:
            raise LimitExceeded(
                limit="der_elements", value=MAXIMUM_ELEMENTS + 1, maximum=MAXIMUM_ELEMENTS
            )
        if depth > der.MAXIMUM_DEPTH:
            raise DerError("nested too deeply")
        tag, at, stop = self._header(at, end)
        if not tag & 0x20:
            if stop is None:
                raise DerError("bad length")
            return Element(tag, self._data[at:stop], ()), stop
        parts, after = self._parts(at, end if stop is None else stop, stop is None, depth)
        if tag == der.OCTET_STRING | 0x20:
            # BER may cut a string into pieces (X.690, 8.7.3).
            whole = b"".join(part.content for part in parts)
            return Element(der.OCTET_STRING, whole, ()), after
        return Element(tag, b"", parts), after

    def _parts(
        self, at: int, end: int, indefinite: bool, depth: int
    ) -> tuple[tuple[Element, ...], int]:
        parts: list[Element] = []
        while at < end:
            if indefinite and self._data[at : at + 2] == b"\0\0":
                return tuple(parts), at + 2
            part, at = self.element(at, end, depth + 1)
            parts.append(part)
        if indefinite:
            raise DerError("truncated")
        return tuple(parts), at

    def _header(self, at: int, end: int) -> tuple[int, int, int | None]:
        if at + 2 > end:
            raise DerError("truncated")
        tag, length = self._data[at], self._data[at + 1]
        at += 2
        if tag & 0x1F == 0x1F:
            raise DerError("multi-byte tag")
        if length == 0x80:
            return tag, at, None
        if length > 0x80:
            octets = length & 0x7F
            if octets > 8 or at + octets > end:
                raise DerError("bad length")
            length = int.from_bytes(self._data[at : at + octets], "big")
            at += octets
        if at + length > end:
            raise DerError("truncated")
        return tag, at, at + length


def read_ber(data: bytes) -> Element:
    """The first BER element of `data`. Raises `DerError`; `LimitExceeded` for too many elements."""
    return _Parser(data).element(0, len(data))[0]


def check_work_factors(data: bytes, limits: Limits = DEFAULT) -> None:
    """Raise `LimitExceeded` when opening this PKCS#8, PKCS#1, SEC1 or PKCS#12 costs too much.

    Named limits: `pbkdf2_rounds`, `scrypt_bytes`, `rsa_bits`. Raises `DerError` for what is no BER.
    """
    for element in _all(read_ber(data)):
        _check_mac(element, limits)
        if element.tag == der.INTEGER:
            _check_number(element, limits)
        elif element.tag == der.SEQUENCE and element.parts:
            _check_sequence(element, limits)


def _all(root: Element) -> Iterator[Element]:
    """Every element, those inside octet strings as well: there PKCS#12 and PKCS#8 keep their own."""
    waiting = [root]
    budget = MAXIMUM_ELEMENTS
    while waiting:
        element = waiting.pop()
        yield element
        waiting.extend(element.parts)
        if element.tag == der.OCTET_STRING and element.content[:1] == b"\x30":
            try:
                inside = read_ber(element.content)
            except DerError:
                continue
            budget -= 1 + len(element.content) // 4096
            if budget > 0:
                waiting.append(inside)


def _check_mac(element: Element, limits: Limits) -> None:
    """MacData of a PFX: digest, salt, rounds (RFC 7292, section 4); nothing else looks like it."""
    parts = element.parts
    if (
        len(parts) == 3
        and parts[0].tag == der.SEQUENCE
        and parts[1].tag == der.OCTET_STRING
        and parts[2].tag == der.INTEGER
    ):
        check_rounds(parts[2].number, limits)


def _check_number(element: Element, limits: Limits) -> None:
    bits = 8 * len(element.content.lstrip(b"\0"))
    if bits > limits.rsa_bits + 7:
        raise LimitExceeded(limit="rsa_bits", value=bits, maximum=limits.rsa_bits)


def _check_sequence(element: Element, limits: Limits) -> None:
    first, *others = element.parts
    scheme = first.oid
    parameters = others[0].parts if others else ()
    if scheme == _PBKDF2 or scheme in _SALT_AND_ROUNDS:
        if len(parameters) < 2:
            raise DerError("no rounds")
        check_rounds(parameters[1].number, limits)
    elif scheme == _SCRYPT:
        if len(parameters) < 4:
            raise DerError("no scrypt cost")
        cost, block, lanes = (part.number for part in parameters[1:4])
        check_scrypt(cost, block, lanes, limits)
    elif (
        len(others) == 1
        and first.parts
        and first.parts[0].oid in _ENCRYPTIONS
        and len(others[0].content) > LONGEST_HIDDEN_KEY
    ):
        # EncryptedPrivateKeyInfo: about 4.5 bits of key size for each octet hidden.
        bits = len(others[0].content) * 16 // 9
        raise LimitExceeded(limit="rsa_bits", value=bits, maximum=limits.rsa_bits)


def check_rounds(rounds: int, limits: Limits = DEFAULT) -> None:
    """Refuse more rounds of PBKDF2, or of PKCS#12's own derivation, than the limit."""
    if rounds < 1:
        raise DerError("bad number of rounds")
    if rounds > limits.pbkdf2_rounds:
        raise LimitExceeded(limit="pbkdf2_rounds", value=rounds, maximum=limits.pbkdf2_rounds)


def check_scrypt(cost: int, block: int, lanes: int, limits: Limits = DEFAULT) -> None:
    """Refuse scrypt (RFC 7914) that wants too much memory, or fills it too often."""
    if min(cost, block, lanes) < 1:
        raise DerError("bad scrypt cost")
    _check_memory("scrypt_bytes", 128 * cost * block, lanes, limits)


def check_argon2(kibibytes: int, passes: int, lanes: int, limits: Limits = DEFAULT) -> None:
    """Refuse Argon2 (RFC 9106) that wants too much memory, too many passes or lanes."""
    if min(kibibytes, passes, lanes) < 1:
        raise DerError("bad Argon2 cost")
    if lanes > MAXIMUM_LANES:
        raise LimitExceeded(limit="argon2_lanes", value=lanes, maximum=MAXIMUM_LANES)
    # The same memory bound as for scrypt: it is the memory of the same child.
    _check_memory("argon2_bytes", 1024 * kibibytes, passes, limits)


def _check_memory(limit: str, size: int, passes: int, limits: Limits) -> None:
    if size > limits.scrypt_bytes:
        raise LimitExceeded(
            limit=limit, value=min(size, _LARGEST_SHOWN), maximum=limits.scrypt_bytes
        )
    if size * passes > MAXIMUM_PASSES_BYTES:
        raise LimitExceeded(
            limit=f"{limit}_passes",
            value=min(size * passes, _LARGEST_SHOWN),
            maximum=MAXIMUM_PASSES_BYTES,
        )


def check_bcrypt(rounds: int, limits: Limits = DEFAULT) -> None:
    """Refuse more rounds of bcrypt_pbkdf than the limit."""
    if rounds > limits.bcrypt_rounds:
        raise LimitExceeded(limit="bcrypt_rounds", value=rounds, maximum=limits.bcrypt_rounds)


def check_rsa_bits(bits: int, limits: Limits = DEFAULT) -> None:
    """Refuse an RSA key above the limit: its checks take minutes."""
    if bits > limits.rsa_bits:
        raise LimitExceeded(limit="rsa_bits", value=bits, maximum=limits.rsa_bits)
