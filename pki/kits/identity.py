"""A side as its program sees it: read from the very bytes of its archive, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pki.formats import pem
from pki.kits.archive import ArchiveWrong
from pki.kits.meeting import Side
from pki.kits.names import certificate_file, key_file


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What a side presents and what it accepts; `key` is PKCS#8 DER, None where it is elsewhere."""

    chain: tuple[bytes, ...]
    accepted: tuple[bytes, ...]
    key: bytes | None = field(default=None, repr=False)


def read_identity(
    files: Mapping[str, bytes], side: Side, *, passphrase: bytes | None = None
) -> Identity:
    """The side's own certificates, its key and whom it accepts, out of the files of its archive.

    Raises `pki.kits.archive.ArchiveWrong` for a file that is missing or does not open.
    """
    other = side.other
    accepted = [
        files[name] for name in (certificate_file(other), f"{other}_ca.pem") if name in files
    ]
    if len(accepted) != 1:
        raise ArchiveWrong(why="accepted_missing", file=certificate_file(other))
    return Identity(
        chain=_certificates(files, certificate_file(side)),
        accepted=_decoded(accepted[0], certificate_file(other)),
        key=_key(files[key_file(side)], key_file(side), passphrase)
        if key_file(side) in files
        else None,
    )


def _certificates(files: Mapping[str, bytes], name: str) -> tuple[bytes, ...]:
    if name not in files:
        raise ArchiveWrong(why="missing", file=name)
    return _decoded(files[name], name)


def _decoded(content: bytes, name: str) -> tuple[bytes, ...]:
    try:
        found = tuple(pem.decode(span.body) for span in pem.spans(content))
    except pem.BadBase64 as error:
        raise ArchiveWrong(why="not_readable", file=name) from error
    if not found:
        raise ArchiveWrong(why="empty", file=name)
    return found


def _key(content: bytes, name: str, passphrase: bytes | None) -> bytes:
    try:
        key = load_pem_private_key(content, passphrase, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Not raised from here: that error may hold what it could not open.
        key = None
    if key is None:
        raise ArchiveWrong(why="key_does_not_open", file=name)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
