"""The pasted lines cut into the parts that a page marks and those that it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pki.triage.triage import ReadLine


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text of a line."""

    text: str
    is_marked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownLine:
    """A line with its parts; `state` is a value of `pki.triage.triage.LineState`."""

    number: int
    state: str
    parts: tuple[Part, ...]


def shown_lines(lines: Iterable[ReadLine]) -> tuple[ShownLine, ...]:
    return tuple(
        ShownLine(number=line.number, state=line.state.value, parts=tuple(_parts(line)))
        for line in lines
    )


def _parts(line: ReadLine) -> Iterable[Part]:
    at = 0
    for start, end in line.spans:
        if start > at:
            yield Part(line.text[at:start], is_marked=False)
        yield Part(line.text[start:end], is_marked=True)
        at = end
    if at < len(line.text):
        yield Part(line.text[at:], is_marked=False)
