from __future__ import annotations

from collections.abc import Sequence

from certificates.specs import Upload
from pki.errors import LimitExceeded, NotDecodable
from pki.formats import pem
from pki.limits import DEFAULT
from pki.similar import Similar, similar

_LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "CERTIFICATE", "X509 CERTIFICATE")


def read_similar(uploads: Sequence[Upload]) -> Similar:
    """What a new request needs to be like the first request or certificate of an upload.

    One object of bounded size is read, and nothing of it is kept. Raises `NotDecodable` and
    `LimitExceeded`.
    """
    for upload in uploads:
        if len(upload.content) > DEFAULT.certificate_bytes:
            raise LimitExceeded(
                limit="certificate_bytes",
                value=len(upload.content),
                maximum=DEFAULT.certificate_bytes,
            )
    return similar(_first_object(uploads))


def _first_object(uploads: Sequence[Upload]) -> bytes:
    for upload in uploads:
        for span in pem.spans(upload.content):
            if span.label in _LABELS and not span.problem:
                try:
                    return pem.decode(span.body)
                except pem.BadBase64 as error:
                    raise NotDecodable(what="request", why="bad base64") from error
    for upload in uploads:
        if upload.content.startswith(b"\x30"):
            return upload.content
        if bare := pem.decode_bare(upload.content):
            return bare
    raise NotDecodable(what="request", why="no request or certificate was found")
