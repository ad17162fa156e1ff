"""Are keys and hashes strong enough? (NIST SP 800-57 part 1, table 2; RFC 5480, 2.1.1)

OpenSSL answers for the security level of the store; our findings name what stricter readers refuse
or will refuse: strength.rsa_short, strength.rsa_odd_size, strength.rsa_exponent, strength.dsa,
strength.curve_weak, strength.curve_unusual, strength.curve_explicit, strength.hash_weak,
strength.key_malformed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pki import der
from pki.findings import Finding
from pki.verify.anatomy import Shape
from pki.verify.checks.check import Check, info, warning
from pki.verify.extension_values import kept
from pki.verify.prepared import Member

_RSA: Final = (bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a"))
_DSA: Final = bytes.fromhex("2a8648ce380401")
_EC: Final = bytes.fromhex("2a8648ce3d0201")
_GOOD_CURVES: Final = frozenset(
    map(bytes.fromhex, ("2a8648ce3d030107", "2b81040022", "2b81040023"))
)
_WEAK_CURVES: Final = {
    bytes.fromhex("2a8648ce3d030101"): "P-192",
    bytes.fromhex("2b81040021"): "P-224",
    bytes.fromhex("2b81040006"): "secp112r1",
    bytes.fromhex("2b8104001c"): "secp128r1",
    bytes.fromhex("2b81040008"): "secp160r1",
    bytes.fromhex("2b81040009"): "secp160k1",
    bytes.fromhex("2b8104001f"): "secp192k1",
    bytes.fromhex("2b81040020"): "secp224k1",
    bytes.fromhex("2b2403030208010101"): "brainpoolP160r1",
    bytes.fromhex("2b2403030208010103"): "brainpoolP192r1",
    bytes.fromhex("2b2403030208010105"): "brainpoolP224r1",
}
_WEAK_SIGNATURES: Final = {
    bytes.fromhex("2a864886f70d010102"): "MD2",
    bytes.fromhex("2a864886f70d010103"): "MD4",
    bytes.fromhex("2a864886f70d010104"): "MD5",
    bytes.fromhex("2a864886f70d010105"): "SHA-1",
    bytes.fromhex("2a8648ce3d0401"): "SHA-1",
    bytes.fromhex("2a8648ce380403"): "SHA-1",
    bytes.fromhex("2b0e03021d"): "SHA-1",
}
# How RSAPublicKey (RFC 8017, A.1.1) begins and ends for what nearly everybody has: a modulus of
# 2048, 3072 or 4096 bits, by the length of the whole, and the exponent 65537.
_PLAIN_RSA_BEGINS: Final = {
    270: bytes.fromhex("3082010a0282010100"),
    398: bytes.fromhex("3082018a0282018100"),
    526: bytes.fromhex("3082020a0282020100"),
}
_PLAIN_RSA_ENDS: Final = bytes.fromhex("0203010001")
_SHORTEST_RSA: Final = 2048
_SMALLEST_EXPONENT: Final = 65537


@kept
def weak_hash(algorithm: bytes) -> str | None:
    """The name of the weak hash in a DER AlgorithmIdentifier; None: it is not weak."""
    try:
        start, stop = der.whole(algorithm, der.SEQUENCE)
        start, stop = der.expect(algorithm, start, stop, der.OID)
    except der.DerError:
        return None
    return _WEAK_SIGNATURES.get(algorithm[start:stop])


def _of_shape(shape: Shape, role: str) -> Iterator[Finding]:
    name = weak_hash(shape.algorithm)
    if name is not None:
        # Nobody relies on the signature of an anchor.
        make = info if role == "anchor" else warning
        yield make("strength.hash_weak", "signatureAlgorithm", hash=name)
    if shape.key_oid == _EC:
        yield from _of_curve(shape.key_parameters)
    elif shape.key_oid == _DSA:
        yield warning("strength.dsa", "subjectPublicKeyInfo")


def _of_certificate(member: Member, role: str) -> Iterator[Finding]:
    anatomy = member.anatomy
    if anatomy is None:
        return
    bits = anatomy.key_bits
    if bits is None:
        yield warning("strength.key_malformed", "subjectPublicKeyInfo")
    elif anatomy.shape.key_oid in _RSA and not _is_plain_rsa(bits):
        yield from _of_rsa(bits)


def _is_plain_rsa(bits: bytes) -> bool:
    """Whether these are such a key, the first bit of its modulus set: nothing is to be found."""
    begins = _PLAIN_RSA_BEGINS.get(len(bits))
    return (
        begins is not None
        and bits.startswith(begins)
        and bits[len(begins)] >= 0x80
        and bits.endswith(_PLAIN_RSA_ENDS)
    )


def _of_rsa(bits: bytes) -> Iterator[Finding]:
    try:
        start, stop = der.whole(bits, der.SEQUENCE)
        start, middle = der.expect(bits, start, stop, der.INTEGER)
        modulus = der.integer(bits, start, middle)
        start, end = der.expect(bits, middle, stop, der.INTEGER)
        exponent = der.integer(bits, start, end)
    except der.DerError:
        yield warning("strength.key_malformed", "subjectPublicKeyInfo")
        return
    size = modulus.bit_length()
    if size < _SHORTEST_RSA:
        yield warning("strength.rsa_short", "subjectPublicKeyInfo", bits=size)
    if size % 8:
        yield warning("strength.rsa_odd_size", "subjectPublicKeyInfo", bits=size)
    if exponent < _SMALLEST_EXPONENT or exponent % 2 == 0:
        shown = exponent if exponent < _SMALLEST_EXPONENT else "even"
        yield warning("strength.rsa_exponent", "subjectPublicKeyInfo", exponent=shown)


def _of_curve(parameters: bytes) -> Iterator[Finding]:
    try:
        start, stop = der.whole(parameters, der.OID)
    except der.DerError:
        yield warning("strength.curve_explicit", "subjectPublicKeyInfo")
        return
    curve = parameters[start:stop]
    if curve in _WEAK_CURVES:
        yield warning("strength.curve_weak", "subjectPublicKeyInfo", curve=_WEAK_CURVES[curve])
    elif curve not in _GOOD_CURVES:
        yield info("strength.curve_unusual", "subjectPublicKeyInfo")


CHECK = Check(
    name="strength",
    numbers=frozenset({56, 57, 58, 59, 60, 61, 66, 67, 68, 94}),
    of_shape=_of_shape,
    of_certificate=_of_certificate,
)
