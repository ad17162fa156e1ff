"""Signature algorithms as plain facts (RFC 5280, section 4.1.1.2; RFC 4055 for RSASSA-PSS)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pki import der, oids
from pki.der import DerError
from pki.findings import Finding, finding
from pki.names import visible

# What `cryptography` calls the ways in which bytes are no DER, in words.
_KINDS: Final = {
    "EncodedDefault": "a default value is written out",
    "ExtraData": "there are bytes left over",
    "IntegerOverflow": "a number is too large",
    "InvalidLength": "a length is wrong",
    "InvalidSetOrdering": "a set is not in order",
    "InvalidTag": "a tag is wrong",
    "InvalidValue": "a value is not allowed there",
    "OidTooLong": "an object identifier is too long",
    "ShortData": "it ends too early",
    "UnexpectedTag": "something else was expected",
    "UnknownDefinedBy": "an algorithm is not known",
}


def decoder_reason(error: Exception) -> str:
    """What `cryptography` says about bytes that it refuses, in words and without control characters.

    Its `ParseError` names the kind and the fields on the way to the place; the last is enough.
    """
    said = visible(str(error))
    kind = re.search(r"\bkind: (\w+)", said)
    if kind is None:
        return said[:200]
    fields = re.findall(r'"\w+::(\w+)"', said)
    where = f" in {fields[-1].replace('_', ' ')}" if fields else ""
    return f"{_KINDS.get(kind[1], kind[1])}{where}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureFacts:
    """A signature algorithm by OpenSSL's long name, and its hash (`` where it has none)."""

    name: str
    hash: str


@lru_cache(maxsize=512)
def signature_facts(algorithm: bytes) -> SignatureFacts:
    """The facts of an AlgorithmIdentifier (its content, without the SEQUENCE's header)."""
    start, stop = der.expect(algorithm, 0, len(algorithm), der.OID)
    dotted = der.object_identifier(algorithm[start:stop])
    name = oids.SIGNATURE_ALGORITHMS.get(dotted, dotted)
    if dotted == oids.RSA_PSS:
        digest = _pss_hash(algorithm, stop)
        return SignatureFacts(name=f"rsassaPss ({digest})" if digest else "rsassaPss", hash=digest)
    lowered = name.lower().replace("-", "")
    for digest in ("md2", "md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        if digest in lowered:
            return SignatureFacts(name=name, hash=digest.upper())
    return SignatureFacts(name=name, hash="")


def _pss_hash(algorithm: bytes, at: int) -> str:
    """The hash of RSASSA-PSS-params; SHA-1 by default (RFC 4055, section 3.1)."""
    try:
        start, stop = der.expect(algorithm, at, len(algorithm), der.SEQUENCE)
        for tag, inside, inside_stop in der.children(algorithm, start, stop):
            if tag == 0xA0:
                inside, inside_stop = der.expect(algorithm, inside, inside_stop, der.SEQUENCE)
                inside, inside_stop = der.expect(algorithm, inside, inside_stop, der.OID)
                dotted = der.object_identifier(algorithm[inside:inside_stop])
                return oids.HASHES.get(dotted, dotted)
    except DerError:
        return ""
    return "SHA1"


def signature_findings(signature: SignatureFacts, *, place: str = "") -> list[Finding]:
    """What is weak about a signature algorithm."""
    if signature.hash in ("MD2", "MD4", "MD5"):
        return [finding("signature.md5", place=place, algorithm=signature.name)]
    if signature.hash == "SHA1":
        return [finding("signature.sha1", place=place, algorithm=signature.name)]
    return []
