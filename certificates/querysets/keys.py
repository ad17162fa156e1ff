from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from certificates.models.keys import PrivateKey, PublicKey  # noqa: F401  (named in strings)

_SEPARATORS = re.compile(r"[\s:]")
_HEX = re.compile(r"[0-9a-f]+")
_SHORTEST_PREFIX = 6
# The digest columns, by how many hex digits the digest has.
_DIGESTS = {
    32: ("spki_md5", "ssh_md5"),
    40: ("spki_sha1", "ssh_sha1"),
    64: ("spki_sha256", "ssh_sha256"),
}
_PREFIX = re.compile(r"(?:sha256|sha1|md5|sha2-256)[:/=]", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_SSH_LINE = re.compile(r"(?:ssh-|ecdsa-sha2-)\S+\s+([A-Za-z0-9+/]{20,}={0,2})")


class PrivateKeyQuerySet(models.QuerySet["PrivateKey"]):
    """Named questions to the private keys."""

    def matching(self, text: str) -> PrivateKeyQuerySet:
        """Whose name or owner holds every word, or whose fingerprint this is; see `matches`."""
        return self.filter(matches(text))


class PublicKeyQuerySet(models.QuerySet["PublicKey"]):
    """Named questions to the keys whose private part is elsewhere."""

    def matching(self, text: str) -> PublicKeyQuerySet:
        """Whose name or owner holds every word, or whose fingerprint this is; see `matches`."""
        return self.filter(matches(text))


def matches(text: str) -> Q:
    """The condition for a text: words of name and owner, or a fingerprint as any tool prints it.

    `SHA256:` and `SHA1:` in base64, `MD5:` and OpenSSL's in hex with or without colons, a pin in
    base64, the beginning of one in hex, or a whole OpenSSH line.
    """
    # No name holds what no database stores: NUL, and halves of characters.
    text = text.encode("utf-8", "replace").decode().replace("\0", "?").strip()
    words = Q()
    for word in text.split():
        words &= (
            Q(name__icontains=word)
            | Q(owner__name__icontains=word)
            | Q(owner__email__icontains=word)
        )
    return words | _has_fingerprint(text) if text else words


def _has_fingerprint(text: str) -> Q:
    if line := _SSH_LINE.search(text):
        blob = _base64(line[1])
        return _digest_is(hashlib.sha256(blob).hexdigest()) if blob else Q(pk__in=())
    bare = _PREFIX.sub("", text, count=1)
    digits = _SEPARATORS.sub("", bare).lower()
    found = Q(pk__in=())
    if _HEX.fullmatch(digits) and len(digits) >= _SHORTEST_PREFIX:
        found |= _digest_begins(digits)
    if (digest := _base64(bare)) and len(digest) * 2 in _DIGESTS:
        found |= _digest_is(digest.hex())
    return found


def _digest_is(digits: str) -> Q:
    found = Q(pk__in=())
    for column in _DIGESTS[len(digits)]:
        found |= Q(**{column: digits})
    return found


def _digest_begins(digits: str) -> Q:
    """A beginning as a range, which an index serves."""
    found = Q(pk__in=())
    for length, columns in _DIGESTS.items():
        if len(digits) <= length:
            for column in columns:
                found |= Q(**{f"{column}__gte": digits, f"{column}__lt": f"{digits}g"})
    return found


def _base64(text: str) -> bytes:
    """What the text is in base64, with or without its padding; empty where it is none."""
    if not _BASE64.fullmatch(text):
        return b""
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return b""
