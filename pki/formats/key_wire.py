"""What goes over the pipes of the key sandbox: JSON, bytes as base64.

The child reads untrusted bytes, so its answer is checked like any input: known fields, known types,
known limits; never pickle. Nothing here puts what it reads into an exception.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pki.errors import LimitExceeded
from pki.findings import Finding
from pki.formats.key_file import KeyFileContents, PrivateKeyFound, PublicKeyFound
from pki.keys import KeyFacts
from pki.limits import Limits

_LIMIT_NAMES = frozenset(
    (
        "input_bytes",
        "blocks",
        "private_keys",
        "der_elements",
        "rsa_bits",
        "pbkdf2_rounds",
        "bcrypt_rounds",
        "scrypt_bytes",
        "scrypt_bytes_passes",
        "argon2_bytes",
        "argon2_bytes_passes",
        "argon2_lanes",
    )
)


class BadKeyWire(Exception):
    """An answer that is not of the agreed form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What the child is asked to read: `wanted` is `private` or `public`."""

    wanted: str
    data: bytes = field(repr=False)
    passphrase: bytes | None = field(repr=False)
    limits: Limits
    parent: int


def encode_request(
    *, wanted: str, data: bytes, passphrase: bytes | None, limits: Limits, parent: int
) -> bytes:
    """The request as the child reads it."""
    return json.dumps(
        {
            "wanted": wanted,
            "data": _text(data),
            "passphrase": None if passphrase is None else _text(passphrase),
            "limits": dataclasses.asdict(limits),
            "parent": parent,
        }
    ).encode()


def decode_request(encoded: bytes) -> Request:
    """The request that `encode_request` wrote; it comes from our own parent."""
    stored = json.loads(encoded)
    passphrase = stored["passphrase"]
    return Request(
        wanted=stored["wanted"],
        data=base64.b64decode(stored["data"]),
        passphrase=None if passphrase is None else base64.b64decode(passphrase),
        limits=Limits(**stored["limits"]),
        parent=stored["parent"],
    )


def encode_contents(contents: KeyFileContents) -> bytes:
    """What was found, as the parent reads it."""
    return json.dumps(
        {
            "private_keys": [
                _key(found)
                | {
                    "pkcs8": _text(found.pkcs8),
                    "was_encrypted": found.was_encrypted,
                    "findings": _findings(found.findings),
                }
                for found in contents.private_keys
            ],
            "public_keys": [
                _key(found) | {"prefix": found.prefix} for found in contents.public_keys
            ],
            "certificates": [_text(certificate) for certificate in contents.certificates],
            "findings": _findings(contents.findings),
        }
    ).encode()


def encode_limit(error: LimitExceeded) -> bytes:
    """The limit that was met."""
    return json.dumps({"limit": error.data}).encode()


def decode_answer(encoded: bytes) -> KeyFileContents:
    """The contents; raises the `LimitExceeded` that the child met, or `BadKeyWire`."""
    limit = None
    try:
        stored = json.loads(encoded)
        if "limit" not in stored:
            return _contents(stored)
        limit = _limit(stored["limit"])
    except (ValueError, TypeError, KeyError, AttributeError):
        # No cause and no context: the answer may hold a private key.
        pass
    if limit is not None:
        raise limit
    raise BadKeyWire


def _contents(stored: Mapping[str, Any]) -> KeyFileContents:
    return KeyFileContents(
        private_keys=tuple(
            PrivateKeyFound(
                pkcs8=_bytes(row["pkcs8"]),
                was_encrypted=row["was_encrypted"] is True,
                findings=_read_findings(row["findings"]),
                **_read_key(row),
            )
            for row in stored["private_keys"]
        ),
        public_keys=tuple(
            PublicKeyFound(prefix=_string(row["prefix"]), **_read_key(row))
            for row in stored["public_keys"]
        ),
        certificates=tuple(map(_bytes, stored["certificates"])),
        findings=_read_findings(stored["findings"]),
    )


def _limit(met: Mapping[str, Any]) -> LimitExceeded:
    """Only known names and numbers are repeated."""
    name, value, maximum = met["limit"], met["value"], met["maximum"]
    if name not in _LIMIT_NAMES or type(value) is not int or type(maximum) is not int:
        raise ValueError
    return LimitExceeded(limit=name, value=value, maximum=maximum)


def _key(found: PrivateKeyFound | PublicKeyFound) -> dict[str, Any]:
    return {
        "spki": _text(found.spki),
        "algorithm": found.facts.algorithm,
        "size": found.facts.size,
        "facts": _findings(found.facts.findings),
        "container": found.container,
        "comment": found.comment,
        "line": found.line,
    }


def _read_key(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "spki": _bytes(row["spki"]),
        "facts": KeyFacts(
            algorithm=_string(row["algorithm"]),
            size=_number(row["size"]),
            findings=_read_findings(row["facts"]),
        ),
        "container": _string(row["container"]),
        "comment": _string(row["comment"]),
        "line": _number(row["line"]),
    }


def _findings(findings: tuple[Finding, ...]) -> list[dict[str, object]]:
    return [found.to_json() for found in findings]


def _read_findings(rows: list[Mapping[str, object]]) -> tuple[Finding, ...]:
    return tuple(map(Finding.from_json, rows))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(_string(text), validate=True)
    except binascii.Error:
        pass
    raise ValueError


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value
