"""Envelope encryption: every value under a key of its own, that key under a key-encryption key.

A value is sealed with AES-256-GCM under a fresh 256-bit data key, with the caller's context as
associated data: a value moved to another row does not open there. The data key is wrapped with
AES-256-GCM under the key-encryption key, whose identifier is the associated data; rotation wraps
data keys again and never touches the values (NIST SP 800-57 part 1, section 5.3.4; SP 800-38D).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pki.errors import KekUnusable, SealBroken

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_WRAPPED_BYTES = _NONCE_BYTES + KEY_BYTES + _TAG_BYTES
_FORMAT = b"\x01"
_VALUE_PURPOSE = b"pkiadmin sealed value 1\0"
_WRAP_PURPOSE = b"pkiadmin wrapped data key 1\0"
_LONGEST_ID = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Kek:
    """A key-encryption key: 32 bytes and the identifier that sealed values name it by."""

    id: str
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what could only fail later, at the first value that should be sealed."""
        if len(self.key) != KEY_BYTES:
            raise KekUnusable(why=f"it has {len(self.key)} bytes, not {KEY_BYTES}", where=self.id)
        if not 0 < len(self.id.encode()) <= _LONGEST_ID:
            raise KekUnusable(why="its identifier is empty or too long", where=self.id[:32])

    def key_check_value(self) -> str:
        """Sixteen hex digits that tell two keys apart and say nothing about either."""
        return hmac.digest(self.key, b"pkiadmin key check value", hashlib.sha256)[:8].hex()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """A sealed value: which key-encryption key, the wrapped data key, nonce and ciphertext."""

    kek_id: str
    wrapped_key: bytes = field(repr=False)
    box: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """The form that is stored."""
        key_id = self.kek_id.encode()
        return b"".join((_FORMAT, bytes((len(key_id),)), key_id, self.wrapped_key, self.box))

    @classmethod
    def from_bytes(cls, stored: bytes) -> Sealed:
        """What `to_bytes` gave. Raises `SealBroken` where it is something else."""
        if stored[:1] != _FORMAT or len(stored) < 2:
            raise SealBroken(key_id="")
        id_end = 2 + stored[1]
        wrapped_end = id_end + _WRAPPED_BYTES
        if len(stored) < wrapped_end + _NONCE_BYTES + _TAG_BYTES:
            raise SealBroken(key_id="")
        try:
            key_id = stored[2:id_end].decode()
        except UnicodeDecodeError:
            raise SealBroken(key_id="") from None
        return cls(kek_id=key_id, wrapped_key=stored[id_end:wrapped_end], box=stored[wrapped_end:])


def seal(plaintext: bytes, *, kek: Kek, context: bytes) -> Sealed:
    """Seal a value; `context` says what it is and whose, and must be given again to open it."""
    data_key = secrets.token_bytes(KEY_BYTES)
    return Sealed(
        kek_id=kek.id,
        wrapped_key=_encrypt(kek.key, data_key, _WRAP_PURPOSE + kek.id.encode()),
        box=_encrypt(data_key, plaintext, _VALUE_PURPOSE + context),
    )


def open_sealed(sealed: Sealed, *, kek: Kek, context: bytes) -> bytes:
    """The value. Raises `SealBroken` where anything differs: key, context, or a single bit."""
    data_key = _unwrap(sealed, kek)
    try:
        return _decrypt(data_key, sealed.box, _VALUE_PURPOSE + context)
    except InvalidTag:
        raise SealBroken(key_id=sealed.kek_id) from None


def rewrap(sealed: Sealed, *, old: Kek, new: Kek) -> Sealed:
    """The same sealed value under another key-encryption key. Raises `SealBroken`."""
    data_key = _unwrap(sealed, old)
    wrapped = _encrypt(new.key, data_key, _WRAP_PURPOSE + new.id.encode())
    return replace(sealed, kek_id=new.id, wrapped_key=wrapped)


def _unwrap(sealed: Sealed, kek: Kek) -> bytes:
    if sealed.kek_id != kek.id:
        raise SealBroken(key_id=sealed.kek_id)
    try:
        return _decrypt(kek.key, sealed.wrapped_key, _WRAP_PURPOSE + kek.id.encode())
    except InvalidTag:
        raise SealBroken(key_id=sealed.kek_id) from None


def _encrypt(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def _decrypt(key: bytes, box: bytes, associated: bytes) -> bytes:
    return AESGCM(key).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], associated)
