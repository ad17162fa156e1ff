"""The output of `openssl s_client` and `openssl x509 -text`: what it names without containing it.

Their PEM blocks are read as any others. But s_client lists the whole chain and prints only the
leaf unless it was run with `-showcerts`, and `-text -noout` prints no PEM at all; whoever pastes
that believes to have pasted the certificates, and must be told which are missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pki.formats.pem import BEGIN

_CHAIN = re.compile(rb"^Certificate chain[ \t]*$", re.MULTILINE)
_LISTED = re.compile(rb"^ {0,3}([0-9]{1,3}) s:([^\n]*)$", re.MULTILINE)
_TEXT = re.compile(rb"^[ \t]{0,8}Certificate:[ \t]{0,8}\n[ \t]{1,16}Data:", re.MULTILINE)
_SECTION_END = b"\n---\n"
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A certificate that the text names and does not contain: its line, depth and subject."""

    line: int
    depth: int
    subject: str


def container_of(text: bytes) -> str:
    """What a text with PEM blocks is: `s_client`, `text` or plainly `pem`."""
    if _CHAIN.search(text):
        return "s_client"
    return "text" if _TEXT.search(text) else "pem"


def listed_without_pem(text: bytes) -> Iterator[Missing]:
    """The certificates of s_client's chain listings that have no PEM block.

    The leaf has its block below the listing (`Server certificate`) unless -showcerts put it in.
    """
    headers = [match.end() for match in _CHAIN.finditer(text)]
    lines = _Lines(text)
    for index, start in enumerate(headers):
        limit = headers[index + 1] if index + 1 < len(headers) else len(text)
        end = text.find(_SECTION_END, start, limit)
        end = limit if end < 0 else end
        entries = list(_LISTED.finditer(text, start, end))
        leaf_below = text.find(BEGIN, end, limit) >= 0
        for position, entry in enumerate(entries):
            stop = entries[position + 1].start() if position + 1 < len(entries) else end
            depth = int(entry[1])
            if text.find(BEGIN, entry.end(), stop) >= 0 or (depth == 0 and leaf_below):
                continue
            subject = entry[2][:_LONGEST_NAME].decode("utf-8", "replace").strip()
            yield Missing(line=lines.of(entry.start()), depth=depth, subject=subject)


def texts_without_pem(text: bytes) -> Iterator[int]:
    """The lines of certificates that are printed as text with no PEM block before the next one."""
    found = [match.start() for match in _TEXT.finditer(text)]
    lines = _Lines(text)
    for index, start in enumerate(found):
        stop = found[index + 1] if index + 1 < len(found) else len(text)
        line = lines.of(start)
        if text.find(BEGIN, start, stop) < 0:
            yield line


class _Lines:
    """Line numbers of rising positions, each octet counted once."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._line = 1
        self._counted = 0

    def of(self, position: int) -> int:
        self._line += self._text.count(b"\n", self._counted, position)
        self._counted = position
        return self._line
