"""What the lines of a transcript say about each other: depths, chains, and which side wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pki.triage.clues import Clue, ClueKind
from pki.triage.lines import Line
from pki.triage.meaning import Side
from pki.triage.recognise import Vocabulary, depth_in, origin_of

# How far back the line is that names the depth and the subject which an error line is about.
LOOK_BACK: Final = 4
# What other programs speak through: their lines stand inside the logs of those.
_LIBRARIES: Final = frozenset({"OpenSSL", "GnuTLS", "FTP", "Secure Transport", "the network"})
_LISTED: Final = re.compile(r"^ {0,3}(\d{1,3}) s: ?(?=\S)")
_ISSUER_LINE: Final = re.compile(r"^ {2,6}i: ?(?=\S)")
_DEPTH_LINE: Final = re.compile(r"^depth=(\d{1,3}) ")


@dataclass(slots=True)
class Entry:
    """A certificate that the transcript lists: its names as they are printed there."""

    depth: int
    line: int
    subject: Clue | None = None
    issuer: Clue | None = None


@dataclass(slots=True)
class Transcript:
    """What a text says beyond its single lines."""

    writer: Side | None = None
    program: str = ""
    chain: dict[int, Entry] = field(default_factory=dict)
    depths: dict[int, int] = field(default_factory=dict)
    """The depth that a line names, by its number."""


def read_transcript(
    lines: Sequence[Line], clues: dict[int, list[Clue]], vocabulary: Vocabulary
) -> Transcript:
    """Read what stands around the failures."""
    transcript = Transcript()
    writers: Counter[Side] = Counter()
    programs: Counter[str] = Counter()
    last: Entry | None = None
    for line in lines:
        program, writer = origin_of(line.small, vocabulary)
        if writer:
            writers[writer] += 1
        if program:
            programs[program] += 1
        if (depth := depth_in(line.small)) is not None:
            transcript.depths[line.number] = depth
        last = _read_chain(transcript, line, clues.get(line.number, []), last)
    # A text of two sides, of several programs, or of none is nobody's.
    if len(writers) == 1 and len(set(programs) - _LIBRARIES) <= 1:
        transcript.writer = next(iter(writers))
    if programs:
        transcript.program = programs.most_common(1)[0][0]
    return transcript


def _read_chain(
    transcript: Transcript, line: Line, clues: list[Clue], last: Entry | None
) -> Entry | None:
    """Take a line of a chain listing, or a `depth=` line of the verification."""
    names = [clue for clue in clues if clue.kind is ClueKind.NAME]
    if listed := _LISTED.match(line.text) or _DEPTH_LINE.match(line.text):
        depth = int(listed[1])
        entry = transcript.chain.setdefault(depth, Entry(depth, line.number))
        if names and entry.subject is None:
            entry.subject = names[0]
        return entry
    if last is not None and _ISSUER_LINE.match(line.text) and names:
        last.issuer = names[0]
        return None
    return last
