from __future__ import annotations

from django.core.files.uploadhandler import MemoryFileUploadHandler


class BoundedMemoryUploadHandler(MemoryFileUploadHandler):
    """Keeps uploads in memory: they may hold a private key and must not touch a disk."""
