"""The last look before an archive leaves: no private key but the side's own, and no file too many.

`pki.kits.meeting` makes it impossible by structure that a key comes to the other side; this looks
all the same, at the bytes that will be sent. Every private key that stands anywhere in any file,
indented or not, must open with the side's own passphrase to the key of the side's own certificate.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from pki.certificate import parse_certificate
from pki.errors import NotDecodable, PkiError
from pki.formats import pem
from pki.kits.archive import unpack
from pki.kits.files import SideFiles

_INDENT = re.compile(rb"^[ \t]+", re.MULTILINE)
_KEY = re.compile(r"\bPRIVATE KEY\b")
_ARMOUR = re.compile(rb"-\s*BEGIN[^\n]*PRIVATE KEY|PuTTY-User-Key-File", re.IGNORECASE)


class KitLeaks(PkiError):
    """An archive that must not leave. Data: `why`, `file`.

    `why` is `other_files`, `foreign_key`, `unknown_key`, `key_where_none_belongs`, `not_text` or
    `own_key_missing`.
    """

    code = "kit.leaks"


def check_archive(
    packed: bytes, side: SideFiles, *, own_spki_sha256: str, passphrase: bytes | None = None
) -> Mapping[str, bytes]:
    """The files of an archive, after a look at each of them. Raises `KitLeaks`.

    `own_spki_sha256` digests the SubjectPublicKeyInfo of the side's certificate; `passphrase` is
    what its key is encrypted with (None: it is not).
    """
    files = unpack(packed)
    expected = {one.name: one for one in side.files}
    if files.keys() != expected.keys():
        names = sorted(files.keys() ^ expected.keys())
        raise KitLeaks(why="other_files", file=names[0])
    opened: dict[bytes, str] = {}
    for name, content in files.items():
        keys = [_spki(block, passphrase, opened) for block in _private_blocks(name, content)]
        if not all(keys):
            raise KitLeaks(why="unknown_key", file=name)
        if any(found != own_spki_sha256 for found in keys):
            raise KitLeaks(why="foreign_key", file=name)
        if keys and not expected[name].holds_key:
            raise KitLeaks(why="key_where_none_belongs", file=name)
        if expected[name].holds_key and len(keys) != 1:
            raise KitLeaks(why="own_key_missing", file=name)
    return files


def _private_blocks(name: str, content: bytes) -> Iterator[bytes]:
    """Every armoured private key of a file, freed of what its lines are indented by, so that the
    same key in several files is opened once."""
    if b"\0" in content or not _is_text(content):
        raise KitLeaks(why="not_text", file=name)
    plain = _INDENT.sub(b"", content)
    blocks = 0
    for span in pem.spans(plain):
        if _KEY.search(span.label):
            blocks += 1
            if span.problem:
                raise KitLeaks(why="unknown_key", file=name)
            label = span.label.encode()
            yield b"-----BEGIN %b-----%b-----END %b-----\n" % (label, span.body, label)
        elif not _is_certificate(span.body):
            raise KitLeaks(why="unknown_key", file=name)
    # Armour that is none to this reader of PEM may be some to another one.
    if len(_ARMOUR.findall(plain)) != blocks:
        raise KitLeaks(why="unknown_key", file=name)


def _is_certificate(body: bytes) -> bool:
    try:
        parse_certificate(pem.decode(body))
    except (pem.BadBase64, NotDecodable):
        return False
    return True


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _spki(block: bytes, passphrase: bytes | None, opened: dict[bytes, str]) -> str:
    """The digest of a private key's public part; empty where it does not open. Each opens once."""
    if block not in opened:
        try:
            key = load_pem_private_key(block, passphrase, unsafe_skip_rsa_key_validation=True)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            opened[block] = ""
        else:
            spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            opened[block] = hashlib.sha256(spki).hexdigest()
    return opened[block]
