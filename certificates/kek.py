"""The key-encryption key in use, and what is sealed with it here: uploads and private keys.

Uploads are sealed because what waits for its job may hold somebody's private key.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import transaction

from certificates.models.keys import SealingKey
from pki.kek import load_kek
from pki.keyring import find_kek
from pki.sealing import Kek, Sealed, open_sealed, seal

_ONLY_ROW = 1


@transaction.atomic
def sealing_kek() -> Kek:
    """The key that seals what is new.

    Its row stays locked until the caller's transaction ends, so that a rotation that changes the
    key sees everything that was sealed with the one before.
    """
    row = SealingKey.objects.select_for_update().filter(pk=_ONLY_ROW).first()
    if row is None:
        first = load_kek(settings.KEK_SOURCE).id
        SealingKey.objects.get_or_create(pk=_ONLY_ROW, defaults={"kek_id": first})
        row = SealingKey.objects.select_for_update().get(pk=_ONLY_ROW)
    return find_kek(settings.KEK_SOURCE, row.kek_id)


def seal_with(kek: Kek) -> None:
    """From now on this key seals what is new; in the caller's transaction."""
    sealing_kek()
    SealingKey.objects.filter(pk=_ONLY_ROW).update(kek_id=kek.id)


def opened(stored: bytes, *, context: bytes) -> bytes:
    """What was sealed, with whichever key it names. Raises `SealBroken` or `KekUnusable`."""
    sealed = Sealed.from_bytes(stored)
    return open_sealed(sealed, kek=find_kek(settings.KEK_SOURCE, sealed.kek_id), context=context)


def seal_upload(content: bytes, *, job_id: uuid.UUID, number: int) -> bytes:
    """The content sealed for this place and no other."""
    return seal(content, kek=sealing_kek(), context=_context(job_id, number)).to_bytes()


def open_upload(sealed: bytes, *, job_id: uuid.UUID, number: int) -> bytes:
    """What `seal_upload` sealed. Raises `SealBroken` or `KekUnusable`."""
    return opened(sealed, context=_context(job_id, number))


def key_context(key_id: int, spki_sha256: str) -> bytes:
    """What a sealed private key is bound to: its row and its public key."""
    return b"pkiadmin private key " + key_id.to_bytes(8, "big") + bytes.fromhex(spki_sha256)


def _context(job_id: uuid.UUID, number: int) -> bytes:
    return b"pkiadmin upload " + job_id.bytes + number.to_bytes(4, "big")
