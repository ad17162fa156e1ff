"""PEM (RFC 7468): the blocks of a text, wherever they stand in it and whatever stands around them.

The text is searched, never matched: every search begins where the last one ended, so that the time
is linear in the size of the input whatever it holds.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

BEGIN = b"-----BEGIN "
END = b"-----END "
_DASHES = b"-----"
_LONGEST_LABEL = 64
_WHITE = b" \t\r\n\v\f\0"
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s\0]")
_BARE = re.compile(rb"[A-Za-z0-9+/]+={0,2}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """One armoured block: its line, label, and body; `problem` is a code when there is no body."""

    line: int
    label: str
    body: bytes
    problem: str = ""


class BadBase64(ValueError):
    """A body that is not base64: `line` counts from the BEGIN line, `why` is a short word."""

    def __init__(self, *, line: int, why: str) -> None:
        self.line = line
        self.why = why
        super().__init__(why)


def spans(text: bytes) -> Iterator[Span]:
    """Every block of `text`, in order; a block without its END, or with another's, is a problem."""
    line = 1
    counted = 0
    next_end = 0
    at = text.find(BEGIN)
    while at >= 0:
        label_at = at + len(BEGIN)
        close = text.find(_DASHES, label_at, label_at + _LONGEST_LABEL + len(_DASHES))
        raw_label = text[label_at:close] if close >= 0 else b""
        following = text.find(BEGIN, label_at)
        if not raw_label or b"\n" in raw_label or not raw_label.isascii():
            at = following
            continue
        line += text.count(b"\n", counted, at)
        counted = at
        label = raw_label.decode("ascii").replace("\0", "").strip()
        body_at = close + len(_DASHES)
        if 0 <= next_end < body_at:
            next_end = text.find(END, body_at)
        if next_end < 0 or 0 <= following < next_end:
            yield Span(line=line, label=label, body=b"", problem="block.no_end")
        elif text.startswith(raw_label + _DASHES, next_end + len(END)):
            yield Span(line=line, label=label, body=text[body_at:next_end])
        else:
            yield Span(line=line, label=label, body=b"", problem="block.label_mismatch")
        at = following


def decode(body: bytes) -> bytes:
    """The bytes of a block's body. Raises `BadBase64`.

    White space and NUL count for nothing; headers (RFC 1421) and the two characters `\\n` that
    stand for line ends in JSON or an environment file are skipped.
    """
    try:
        return binascii.a2b_base64(body.translate(None, _WHITE), strict_mode=True)
    except binascii.Error:
        plain = _without_headers(body.replace(b"\\r", b"").replace(b"\\n", b"\n"))
    try:
        return binascii.a2b_base64(plain.translate(None, _WHITE), strict_mode=True)
    except binascii.Error as error:
        bad = _NOT_BASE64.search(body)
        if bad is None:
            raise BadBase64(line=body.count(b"\n"), why="length") from error
        raise BadBase64(line=body.count(b"\n", 0, bad.start()), why="character") from error


def _without_headers(body: bytes) -> bytes:
    """The body after its headers: lines up to the first empty one, when the first has a colon."""
    start = len(body) - len(body.lstrip(_WHITE))
    first_stop = body.find(b"\n", start)
    if first_stop < 0 or b":" not in body[start:first_stop]:
        return body
    empty = re.compile(rb"\n[ \t]*\n").search(body, start)
    return body[empty.end() :] if empty else body


def decode_bare(text: bytes) -> bytes:
    """The bytes of base64 without any armour; empty when the text is something else."""
    compact = text.translate(None, _WHITE)
    # A DER SEQUENCE of more than 127 octets begins with 0x30 0x8x, which reads as `MI` or `MA`.
    if len(compact) < 64 or not compact.startswith((b"MI", b"MA")) or not _BARE.match(compact):
        return b""
    try:
        return binascii.a2b_base64(compact, strict_mode=True)
    except binascii.Error:
        return b""
