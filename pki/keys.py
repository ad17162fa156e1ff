"""Public keys as plain facts, read from a SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).

Nothing is computed with the key: an RSA modulus of 21,000 bits costs what reading it costs.
"""

from __future__ import annotations

from dataclasses import dataclass

from pki import der, oids
from pki.der import DerError
from pki.findings import Finding, finding

RSA = "1.2.840.113549.1.1.1"
EC = "1.2.840.10045.2.1"
DSA = "1.2.840.10040.4.1"
DIFFIE_HELLMAN = "1.2.840.10046.2.1"

SMALLEST_RSA = 2048
SMALLEST_CURVE = 224
# The odd sizes that RSA libraries of today still take apart, and no more (see Limits.rsa_bits).
LARGEST_RSA = 8192
USUAL_EXPONENT = 65537


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyFacts:
    """What a public key is: `algorithm` (`RSA`, `EC P-256`, `Ed25519`, `DSA`, ...), its size in bits.

    `size` is 0 where it is not known; an unknown algorithm is named by its dotted identifier.
    """

    algorithm: str
    size: int
    findings: tuple[Finding, ...] = ()


def public_key_facts(spki: bytes) -> KeyFacts:
    """The facts of a DER SubjectPublicKeyInfo. Never raises: what does not decode is a finding."""
    try:
        return _read(spki)
    except DerError as error:
        malformed = finding("key.malformed", place="subjectPublicKeyInfo", why=str(error))
        return KeyFacts(algorithm="", size=0, findings=(malformed,))


def _read(spki: bytes) -> KeyFacts:
    at, end = der.whole(spki, der.SEQUENCE)
    start, stop = der.expect(spki, at, end, der.SEQUENCE)
    oid_start, oid_stop = der.expect(spki, start, stop, der.OID)
    algorithm = der.object_identifier(spki[oid_start:oid_stop])
    bits_start, bits_stop = der.expect(spki, stop, end, der.BIT_STRING)
    if bits_stop != end or bits_start == bits_stop or spki[bits_start] != 0:
        raise DerError("bad public key bits")
    if algorithm in (RSA, oids.RSA_PSS):
        return _rsa(spki, bits_start + 1, end, "RSA" if algorithm == RSA else "RSA-PSS")
    if algorithm == EC:
        return _elliptic(spki, oid_stop, stop)
    if algorithm == DSA:
        size = _first_integer_bits(spki, oid_stop, stop)
        return KeyFacts(algorithm="DSA", size=size, findings=(_found("key.dsa", size=size),))
    if algorithm in oids.PLAIN_KEYS:
        name, size = oids.PLAIN_KEYS[algorithm]
        return KeyFacts(algorithm=name, size=size)
    if algorithm == DIFFIE_HELLMAN:
        name = "DH"
        size = _first_integer_bits(spki, oid_stop, stop)
    else:
        name = oids.SIGNATURE_ALGORITHMS.get(algorithm, algorithm)
        size = 0
    return KeyFacts(
        algorithm=name, size=size, findings=(_found("key.unsupported", algorithm=name),)
    )


def _found(code: str, **data: str | int) -> Finding:
    return finding(code, place="subjectPublicKeyInfo", **data)


def _rsa(spki: bytes, at: int, end: int, name: str) -> KeyFacts:
    at, stop = der.expect(spki, at, end, der.SEQUENCE)
    if stop != end:
        raise DerError("trailing data")
    modulus_start, modulus_stop = der.expect(spki, at, end, der.INTEGER)
    exponent_start, exponent_stop = der.expect(spki, modulus_stop, end, der.INTEGER)
    if exponent_stop != end:
        raise DerError("trailing data")
    modulus = der.integer(spki, modulus_start, modulus_stop)
    exponent = der.integer(spki, exponent_start, exponent_stop)
    if modulus <= 0 or exponent <= 0:
        raise DerError("negative RSA number")
    size = modulus.bit_length()
    findings: list[Finding] = []
    if size < SMALLEST_RSA:
        findings.append(_found("key.rsa_small", size=size))
    elif size > LARGEST_RSA:
        findings.append(_found("key.rsa_large", size=size, maximum=LARGEST_RSA))
    elif size % 8:
        findings.append(_found("key.rsa_odd_size", size=size))
    if exponent < USUAL_EXPONENT or exponent % 2 == 0:
        exponent_text = exponent if exponent.bit_length() < 63 else f"0x{exponent:x}"[:66]
        findings.append(_found("key.weak_exponent", exponent=exponent_text))
    return KeyFacts(algorithm=name, size=size, findings=tuple(findings))


def _elliptic(spki: bytes, at: int, end: int) -> KeyFacts:
    tag, start, stop = der.read(spki, at, end)
    if tag != der.OID:
        # Explicit curve parameters (RFC 5480, 2.1.1 forbids them): the field's prime gives the size.
        unsupported = _found("key.unsupported", algorithm="EC with explicit parameters")
        return KeyFacts(algorithm="EC", size=0, findings=(unsupported,))
    curve = der.object_identifier(spki[start:stop])
    name, size = oids.CURVES.get(curve, (curve, 0))
    findings: tuple[Finding, ...] = ()
    if not size:
        findings = (_found("key.unsupported", algorithm=f"EC {name}"),)
    elif size < SMALLEST_CURVE:
        findings = (_found("key.curve_small", curve=name),)
    return KeyFacts(algorithm=f"EC {name}", size=size, findings=findings)


def _first_integer_bits(spki: bytes, at: int, end: int) -> int:
    """The size of the first INTEGER of the parameters; 0 where they are inherited (RFC 3279)."""
    if at == end:
        return 0
    tag, start, stop = der.read(spki, at, end)
    if tag != der.SEQUENCE:
        return 0
    start, stop = der.expect(spki, start, stop, der.INTEGER)
    return der.integer(spki, start, stop).bit_length()
