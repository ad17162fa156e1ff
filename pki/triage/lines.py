"""Pasted bytes or text as lines that can be searched and shown: bounded, with nothing hidden in them.

Whoever wrote a log chose parts of its text: names, addresses, what a client sent. Characters that
act instead of showing become escapes before anything is searched, so that what is marked on a page
is what was recognised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pki.limits import KIBIBYTE
from pki.names import visible

MOST_BYTES: Final = 64 * KIBIBYTE
MOST_LINES: Final = 2_000

_BREAKS: Final = re.compile(r"\r\n|\r|\n")
_ANSI: Final = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_SMALL: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in what was pasted, its visible text, and the same in small letters."""

    number: int
    text: str
    small: str


@dataclass(frozen=True, slots=True)
class PastedLines:
    """The lines that are read: the last ones where there are too many."""

    lines: tuple[Line, ...]
    left_out: int
    """How many lines before them, whole or in part, were not read."""


def read_lines(pasted: str | bytes) -> PastedLines:
    """The last 64 KiB and 2,000 lines of what was pasted; the newest lines of a log stand last."""
    raw = pasted.encode("utf-8", "replace") if isinstance(pasted, str) else pasted
    kept = raw[-MOST_BYTES:]
    before = raw[: len(raw) - len(kept)].decode("latin-1")
    skipped = len(_BREAKS.findall(before))
    pieces = _BREAKS.split(kept.decode("utf-8", "replace"))
    if pieces and not pieces[-1]:
        pieces.pop()
    surplus = max(len(pieces) - MOST_LINES, 0)
    first = skipped + surplus
    left_out = first + (1 if before and not surplus else 0)
    return PastedLines(
        tuple(_line(first + place, piece) for place, piece in enumerate(pieces[surplus:], 1)),
        left_out,
    )


def _line(number: int, piece: str) -> Line:
    text = visible(_ANSI.sub("", piece).expandtabs(4))[:MOST_BYTES]
    return Line(number, text.rstrip(), text.rstrip().translate(_SMALL))
