"""Uploads under the key-encryption key: what waits for its job may hold somebody's private key."""

from __future__ import annotations

import uuid

from django.conf import settings

from pki.kek import load_kek
from pki.sealing import Sealed, open_sealed, seal


def seal_upload(content: bytes, *, job_id: uuid.UUID, number: int) -> bytes:
    """The content sealed for this place and no other."""
    context = _context(job_id, number)
    return seal(content, kek=load_kek(settings.KEK_SOURCE), context=context).to_bytes()


def open_upload(sealed: bytes, *, job_id: uuid.UUID, number: int) -> bytes:
    """What `seal_upload` sealed. Raises `SealBroken` or `KekUnusable`."""
    context = _context(job_id, number)
    return open_sealed(
        Sealed.from_bytes(sealed), kek=load_kek(settings.KEK_SOURCE), context=context
    )


def _context(job_id: uuid.UUID, number: int) -> bytes:
    return b"pkiadmin upload " + job_id.bytes + number.to_bytes(4, "big")
