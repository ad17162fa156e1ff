"""One block of a key file: its place, its bytes, the key in it, or why it gives none.

No exception that leaves this module holds a private byte or a passphrase, nor does its context.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from pki.findings import Finding
from pki.formats import pem
from pki.formats.public_keys import damaged, unsupported
from pki.key_findings import key_finding

_DOTTED = re.compile(r"[0-2](?:\.[0-9]+){2,31}")


class BlockRefused(Exception):
    """A block that gives no key; carries the finding that says why."""

    def __init__(self, found: Finding) -> None:
        self.found = found
        super().__init__(found.code)


def place_of(line: int) -> str:
    """Where a block stands, for its finding; nothing where a file has no lines."""
    return f"line {line}" if line else ""


def bytes_of(span: pem.Span) -> bytes:
    """The bytes of a PEM block. Raises `BlockRefused`."""
    if span.problem:
        raise BlockRefused(damaged(span.problem.removeprefix("block."), span.line))
    try:
        return pem.decode(span.body)
    except pem.BadBase64:
        # The context would hold the body.
        pass
    raise BlockRefused(damaged("base64", span.line))


def load_key(load: Callable[[], PrivateKeyTypes], *, encrypted: bool, line: int) -> PrivateKeyTypes:
    """The key that `load` gives.

    Raises `BlockRefused`, which says whether the passphrase, the algorithm or the file is wrong.
    """
    try:
        with warnings.catch_warnings():
            # DSA is deprecated, and its finding says so.
            warnings.simplefilter("ignore")
            return load()
    except (UnsupportedAlgorithm, ValueError, TypeError) as error:
        refusal = _why_not(error, encrypted=encrypted, line=line)
    raise BlockRefused(refusal)


def _why_not(error: Exception, *, encrypted: bool, line: int) -> Finding:
    """What the library's refusal means. Of its text only an object identifier is repeated."""
    said = str(error)
    named = _DOTTED.search(said)
    algorithm = named.group() if named else ""
    if "encryption algorithm" in said or "cipher" in said.lower():
        return unsupported_cipher(algorithm.encode(), line).found
    if isinstance(error, UnsupportedAlgorithm):
        return unsupported(algorithm or "EC with explicit parameters", line)
    if encrypted and "DEK-Info" not in said:
        return key_finding("keyfile.wrong_passphrase", place=place_of(line))
    return damaged("private key", line)


def unsupported_cipher(name: bytes, line: int) -> BlockRefused:
    """The refusal of a block whose encryption is not known here."""
    return BlockRefused(
        key_finding(
            "keyfile.unsupported_cipher",
            place=place_of(line),
            cipher=name.decode("ascii", "replace")[:32],
        )
    )
