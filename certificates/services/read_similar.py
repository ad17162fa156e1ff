from __future__ import annotations

from collections.abc import Sequence

from certificates.specs import Upload
from pki.errors import NotDecodable
from pki.formats import pem
from pki.sandbox.similar import similar_of
from pki.similar import Similar

_LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "CERTIFICATE", "X509 CERTIFICATE")


def read_similar(uploads: Sequence[Upload]) -> Similar:
    """What a new request needs to be like the first request or certificate of an upload.

    One object is read, in the sandbox, and nothing of it is kept. Raises `NotDecodable`,
    `LimitExceeded` and `SandboxKilled`.
    """
    return similar_of(_first_object(uploads))


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
