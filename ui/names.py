"""Names from certificates, cut into parts that a page can show without being deceived by them.

Whoever made a certificate chose its names. Characters that act instead of showing (bidirectional
overrides, zero-width and control characters) appear as escapes; xn-- labels show what they stand
for; words that mix alphabets are marked. Names in the database already hold escapes of the form
`\\E2\\80\\AE` (RFC 4514, section 2.4), which are recognised as such.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pki.names import visible

_PAIRS = re.compile(r"\\\\|((?:\\[0-9A-F]{2})+)")
_A_LABEL = re.compile(r"(?<![A-Za-z0-9_-])xn--[A-Za-z0-9-]{1,59}", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
# Alphabets whose letters pass for each other's.
_LOOK_ALIKES = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamePart:
    """A run of text; `meaning` is set for an escape: the characters that stand there."""

    text: str
    meaning: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownName:
    """A name ready for a page: its parts, the name with U-labels where it has others, warnings."""

    parts: tuple[NamePart, ...]
    unicode: str
    has_hidden: bool
    mixes_alphabets: bool

    @property
    def is_plain(self) -> bool:
        """Whether it is one run of text and nothing has to be said about it."""
        return (
            len(self.parts) == 1
            and not self.parts[0].meaning
            and not (self.unicode or self.has_hidden or self.mixes_alphabets)
        )


def is_plain(text: str) -> bool:
    """Whether it can be shown as it stands: printable ASCII without escapes or A-labels."""
    return text.isascii() and text.isprintable() and "\\" not in text and "xn--" not in text.lower()


def shown_name(text: str) -> ShownName:
    """What to show for `text`, which may be anything at all."""
    escaped = visible(text)
    if is_plain(escaped):
        return ShownName(
            parts=(NamePart(text=escaped),), unicode="", has_hidden=False, mixes_alphabets=False
        )
    parts = tuple(_parts(escaped))
    unicode = _with_u_labels(escaped)
    return ShownName(
        parts=parts,
        unicode=unicode if unicode != escaped else "",
        has_hidden=any(part.meaning for part in (*parts, *_parts(unicode))),
        mixes_alphabets=any(map(_mixes_alphabets, _WORD.findall(unicode))),
    )


def _parts(escaped: str) -> list[NamePart]:
    parts: list[NamePart] = []
    start = 0
    for found in _PAIRS.finditer(escaped):
        pairs = found.group(1)
        if pairs is None:  # An escaped backslash is a backslash.
            continue
        meaning = _meaning(pairs)
        if not meaning:
            continue
        if found.start() > start:
            parts.append(NamePart(text=escaped[start : found.start()]))
        parts.append(NamePart(text=pairs, meaning=meaning))
        start = found.end()
    if start < len(escaped):
        parts.append(NamePart(text=escaped[start:]))
    return parts


def _meaning(pairs: str) -> str:
    """The names of the characters that a run of pairs stands for."""
    octets = bytes.fromhex(pairs.replace("\\", ""))
    characters = octets.decode("utf-8", "surrogateescape")
    return ", ".join(
        f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
        for character in characters
    )


def _with_u_labels(text: str) -> str:
    return _A_LABEL.sub(lambda found: _u_label(found.group()), text)


def _u_label(a_label: str) -> str:
    """The U-label of an A-label, or the A-label itself where it stands for nothing."""
    try:
        decoded = a_label[4:].lower().encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return a_label
    return a_label if not decoded or decoded.isascii() else visible(decoded)


def _mixes_alphabets(word: str) -> bool:
    if word.isascii():
        return False
    alphabets = {unicodedata.name(letter, "").split(" ", 1)[0] for letter in word}
    return len(alphabets.intersection(_LOOK_ALIKES)) > 1
