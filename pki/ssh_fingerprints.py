"""Fingerprints of SSH keys as people send them to each other, read from whatever they are pasted in.

A prompt of `ssh`, a line of `ssh-keygen -l`, a dialogue of WinSCP or FileZilla, an SSHFP record, or
the bare digest in hex or base64. The kind of digest follows from its prefix or its length.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pki import ssh_wire
from pki.key_faces import BadKeyLine

_LENGTHS = {16: "md5", 20: "sha1", 32: "sha256"}
_SSHFP_DIGESTS = {"1": "sha1", "2": "sha256"}
# The algorithm numbers of SSHFP records (RFC 4255, 3.1.1; RFC 6594; RFC 7479; RFC 8709).
_SSHFP_ALGORITHMS = {"ssh-rsa": 1, "ssh-dss": 2, "ssh-ed25519": 4, "ssh-ed448": 6}
_SSHFP_ECDSA = 3
MOST_FINGERPRINTS = 50

_SSHFP = re.compile(
    r"\bSSHFP\s+[0-9]{1,3}\s+(?P<kind>[12])\s+(?:\(\s*)?(?P<hex>[0-9A-Fa-f][0-9A-Fa-f \t()]*)"
)
_NAMED = re.compile(
    r"\b(?P<name>SHA-?256|SHA-?1)[:=]\s*(?P<text>[A-Za-z0-9+/]{43}|[A-Za-z0-9+/]{27})"
    r"(?:=(?![A-Za-z0-9+/=])|(?![A-Za-z0-9+/=]))",
    re.IGNORECASE,
)
_PAIRS = re.compile(
    r"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){31}|(?::[0-9A-Fa-f]{2}){19}"
    r"|(?::[0-9A-Fa-f]{2}){15}|(?:-[0-9A-Fa-f]{2}){31}|(?:-[0-9A-Fa-f]{2}){19}"
    r"|(?:-[0-9A-Fa-f]{2}){15})(?![0-9A-Fa-f:-])"
)
_MD5_PREFIX = re.compile(r"\bMD5:(?=[0-9A-Fa-f]{2}:)", re.IGNORECASE)
_HEX = re.compile(
    r"(?<![0-9A-Za-z+/=])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})(?![0-9A-Za-z+/=])"
)
# Base64 of 32 bytes without a name, as WinSCP showed it: 43 characters, the last with two zero bits.
_BARE = re.compile(r"(?<![A-Za-z0-9+/=:])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=?(?![A-Za-z0-9+/=])")


@dataclass(frozen=True, kw_only=True, slots=True)
class PastedFingerprint:
    """A digest that somebody pasted: `md5`, `sha1` or `sha256`, in lower-case hex, and as it stood."""

    digest: str
    hex: str
    shown: str


def fingerprints_in(text: str) -> tuple[PastedFingerprint, ...]:
    """Every fingerprint in a text, each once, in the order of the notations; at most fifty."""
    found: dict[tuple[str, str], PastedFingerprint] = {}
    for one in _found(text):
        found.setdefault((one.digest, one.hex), one)
        if len(found) >= MOST_FINGERPRINTS:
            break
    return tuple(found.values())


def _found(text: str) -> Iterator[PastedFingerprint]:
    rest = text
    for pattern, read in (
        (_SSHFP, _record),
        (_NAMED, _named),
        (_PAIRS, _hex),
        (_HEX, _hex),
        (_BARE, _bare),
    ):
        # What one notation has taken is no material for the next.
        kept = []
        at = 0
        if pattern is _PAIRS:
            rest = _MD5_PREFIX.sub(" ", rest)
        for match in pattern.finditer(rest):
            one = read(match)
            if one is not None:
                yield one
                kept.append(rest[at : match.start()])
                at = match.end()
        rest = " ".join((*kept, rest[at:]))


def _record(match: re.Match[str]) -> PastedFingerprint | None:
    digits = re.sub(r"[^0-9A-Fa-f]", "", match["hex"]).lower()
    digest = _SSHFP_DIGESTS[match["kind"]]
    length = hashlib.new(digest, usedforsecurity=False).digest_size
    if len(digits) < 2 * length:
        return None
    return PastedFingerprint(digest=digest, hex=digits[: 2 * length], shown=match[0].strip()[:200])


def _named(match: re.Match[str]) -> PastedFingerprint | None:
    octets = _octets(match["text"])
    digest = "sha256" if match["name"].endswith("256") else "sha1"
    if octets is None or _LENGTHS.get(len(octets)) != digest:
        return None
    return PastedFingerprint(digest=digest, hex=octets.hex(), shown=match[0].strip())


def _hex(match: re.Match[str]) -> PastedFingerprint | None:
    digits = re.sub(r"[:-]", "", match[0]).lower()
    return PastedFingerprint(digest=_LENGTHS[len(digits) // 2], hex=digits, shown=match[0])


def _bare(match: re.Match[str]) -> PastedFingerprint | None:
    octets = _octets(match[0].rstrip("="))
    if octets is None or len(octets) != 32:
        return None
    return PastedFingerprint(digest="sha256", hex=octets.hex(), shown=match[0])


def _octets(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None


def sshfp_records(spki: bytes, hosts: Sequence[str]) -> tuple[str, ...]:
    """The SSHFP records of a key, SHA-1 and SHA-256 for each host, as `ssh-keygen -r` prints them.

    Raises `BadKeyLine` where SSH or the record has no form of the key.
    """
    blob = ssh_wire.blob_from_spki(spki)
    name = ssh_wire.algorithm_of(blob) if blob is not None else ""
    number = _SSHFP_ECDSA if name.startswith("ecdsa-") else _SSHFP_ALGORITHMS.get(name, 0)
    if blob is None or not number:
        raise BadKeyLine(part="key", why="no SSH form")
    return tuple(
        f"{host} IN SSHFP {number} {kind} {hashlib.new(digest, blob, usedforsecurity=False).hexdigest()}"
        for host in hosts
        for kind, digest in _SSHFP_DIGESTS.items()
    )
