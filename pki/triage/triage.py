"""From pasted text to findings: what failed, on which lines, who refused whom, and the clues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pki.triage.clues import Clue, PemBlock, clues_in, pem_blocks
from pki.triage.frames import follows_from
from pki.triage.lines import Line, read_lines
from pki.triage.meaning import Confidence, Heard, Kind, Meaning, Side
from pki.triage.recognise import Recognised, Vocabulary, recognise
from pki.triage.sides import is_about_certificate, refused_by
from pki.triage.transcript import LOOK_BACK, Transcript, read_transcript

# A word that something failed belongs to a reason that stands so near: in a stack trace, say.
_NEAR: Final = 40
# How many lines around a failure may be about it, in a log that tells of several.
_AROUND: Final = 5
# More than these nobody reads; the first failures of a log are the ones that count.
_MOST_FINDINGS: Final = 12
_MOST_DRAFTS: Final = 100


class LineState(StrEnum):
    """What a line is to the console."""

    RECOGNISED = "recognised"
    CONTEXT = "context"
    UNKNOWN = "unknown"
    BLANK = "blank"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadLine:
    """A line as it is shown: its number, its visible text, the parts that were recognised."""

    number: int
    text: str
    state: LineState
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One failure that the text tells of.

    `code` names it (`verify.20`, `alert.48`, `ssh.host_key_changed`); `number` is that of OpenSSL or
    of the alert, `printed` the one that stands there where it is another. `others` are further
    verify numbers that the words may stand for. `also` are codes that were said beside it. `clues`
    stand on its own lines or belong to its depth; `near` are those around it: of the whole text where
    it tells of one failure alone, else of a few lines that are not another failure's. `issuer` is the name of the issuer that the
    transcript gives for the certificate concerned.
    """

    code: str
    kind: Kind
    number: int
    printed: int
    others: tuple[int, ...]
    confidence: Confidence
    lines: tuple[int, ...]
    depth: int | None
    writer: Side | None
    refused_by: Side | None
    about_certificate: bool
    heard: Heard | None
    program: str
    also: tuple[str, ...]
    clues: tuple[Clue, ...]
    near: tuple[Clue, ...]
    issuer: Clue | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Triage:
    """What became of a paste: its lines, its findings with the surest first, all clues, PEM blocks."""

    lines: tuple[ReadLine, ...]
    left_out: int
    findings: tuple[Finding, ...]
    successes: tuple[str, ...]
    clues: tuple[Clue, ...]
    certificates: tuple[PemBlock, ...]
    unknown: int
    unexplained: int
    """How many more failures there are than are explained."""


@dataclass(slots=True, eq=False)
class _Draft:
    """A finding while lines are added to it."""

    means: Meaning
    first: Recognised
    writer: Side | None
    depth: int | None
    printed: int
    lines: list[int] = field(default_factory=list)
    said_again: list[int] = field(default_factory=list)
    """The lines of what was folded into it."""
    also: dict[str, None] = field(default_factory=dict)


def triage(pasted: str | bytes) -> Triage:
    """Read pasted lines. Never raises, whatever the text; linear in its length."""
    read = read_lines(pasted)
    clues = {line.number: list(clues_in(line)) for line in read.lines}
    blocks: dict[str, PemBlock] = {}
    in_blocks: set[int] = set()
    for block in pem_blocks(read.lines):
        clues[block.clue.line].append(block.clue)
        blocks.setdefault(block.clue.value, block)
        in_blocks.update(block.lines)
    vocabulary = Vocabulary.of(read.lines)
    transcript = read_transcript(read.lines, clues, vocabulary)
    recognised = {
        line.number: said
        for line in read.lines
        if (said := recognise(line, vocabulary)) is not None
    }
    drafts = _folded(_drafts(recognised, transcript))
    known = in_blocks | {number for number, found in clues.items() if found}
    shown = tuple(_shown(line, recognised.get(line.number), known) for line in read.lines)
    return Triage(
        lines=shown,
        left_out=read.left_out,
        findings=tuple(
            sorted(
                (
                    _finding(draft, clues, _near(draft, drafts, clues), transcript)
                    for draft in drafts[:_MOST_FINDINGS]
                ),
                key=lambda one: (_sureness(one), one.lines[0]),
            )
        ),
        successes=tuple(
            dict.fromkeys(
                said.main.means.event
                for said in recognised.values()
                if said.main.means.kind is Kind.GOOD
            )
        ),
        clues=tuple(clue for found in clues.values() for clue in found),
        certificates=tuple(blocks.values()),
        unexplained=max(len(drafts) - _MOST_FINDINGS, 0),
        unknown=sum(line.state is LineState.UNKNOWN for line in shown),
    )


def _drafts(recognised: dict[int, Recognised], transcript: Transcript) -> list[_Draft]:
    """The failures, those said several times as one; a line without depth says it of any depth."""
    drafts: dict[tuple[str, Side | None, int | None], _Draft] = {}
    of_any_depth: dict[tuple[str, Side | None], _Draft] = {}
    placed = [
        (_depth(number, said, recognised, transcript), number, said)
        for number, said in recognised.items()
        if said.main.means.kind is not Kind.GOOD
    ]
    # Those with a depth first: a line without one says again what was said of one of them.
    for depth, number, said in sorted(placed, key=lambda one: (one[0] is None, one[1])):
        means = said.main.means
        writer = said.writer or transcript.writer
        what = (means.code, refused_by(means, writer))
        draft = of_any_depth.get(what) if depth is None else drafts.get((*what, depth))
        if draft is None:
            if len(drafts) >= _MOST_DRAFTS:
                continue
            draft = _Draft(
                means=means, first=said, writer=writer, depth=depth, printed=said.printed
            )
            drafts[(*what, depth)] = draft
            of_any_depth.setdefault(what, draft)
        draft.lines.append(number)
        draft.also.update(dict.fromkeys(one.code for one in said.also if one.kind is not Kind.GOOD))
    return list(drafts.values())


def _depth(
    number: int, said: Recognised, recognised: dict[int, Recognised], transcript: Transcript
) -> int | None:
    """The depth on the line itself, or on the line before that says what is being verified."""
    if said.depth is not None or said.main.means.kind is not Kind.VERIFY:
        return said.depth
    for before in range(number - 1, max(number - LOOK_BACK, 0), -1):
        if before in recognised:
            return None
        if before in transcript.depths:
            return transcript.depths[before]
    return None


def _folded(drafts: list[_Draft]) -> list[_Draft]:
    """Without those that only say again, vaguer, what another one says."""
    roots = [one for one in drafts if not any(_repeats(one, other) for other in drafts)]
    for draft in drafts:
        if draft in roots:
            continue
        root = next((one for one in roots if _repeats(draft, one)), None)
        if root is not None:
            root.also[draft.means.code] = None
            root.also.update(draft.also)
            root.said_again += draft.lines
    for root in roots:
        root.also.pop(root.means.code, None)
        root.lines.sort()
    return sorted(roots, key=lambda one: one.lines[0])


def _repeats(draft: _Draft, other: _Draft) -> bool:
    """Whether `draft` is the frame around `other`, or what follows from it."""
    return follows_from(draft.means, other.means) and _distance(draft, other) <= _NEAR


def _distance(one: _Draft, other: _Draft) -> int:
    return min(abs(here - there) for here in one.lines[:8] for there in other.lines[:8])


def _near(draft: _Draft, drafts: list[_Draft], clues: dict[int, list[Clue]]) -> list[Clue]:
    """The clues around a failure that can be about it."""
    if len(drafts) == 1:
        return [clue for found in clues.values() for clue in found]
    others = {
        number
        for other in drafts
        if other is not draft
        for number in (*other.lines, *other.said_again)
    }
    around = {
        number
        for line in draft.lines[:_MOST_FINDINGS]
        for number in range(line - _AROUND, line + _AROUND + 1)
    }
    return [clue for number in sorted(around - others) for clue in clues.get(number, ())]


def _finding(
    draft: _Draft, clues: dict[int, list[Clue]], near: list[Clue], transcript: Transcript
) -> Finding:
    means = draft.means
    entry = transcript.chain.get(draft.depth) if draft.depth is not None else None
    own = [clue for number in draft.lines for clue in clues.get(number, ())]
    for number in draft.lines:
        for before in range(number - 1, max(number - LOOK_BACK, 0), -1):
            if transcript.depths.get(before) == draft.depth and draft.depth is not None:
                own += clues.get(before, ())
    if entry is not None and entry.subject is not None:
        own.append(entry.subject)
    return Finding(
        code=means.code,
        kind=means.kind,
        number=means.number,
        printed=draft.printed,
        others=means.others,
        confidence=means.confidence,
        lines=tuple(sorted((*draft.lines, *draft.said_again))),
        depth=draft.depth,
        writer=draft.writer,
        refused_by=refused_by(means, draft.writer),
        about_certificate=is_about_certificate(means),
        heard=means.heard,
        program=draft.first.program or transcript.program,
        also=tuple(draft.also),
        clues=tuple(dict.fromkeys(own)),
        near=tuple(dict.fromkeys(near)),
        issuer=entry.issuer if entry is not None else None,
    )


_SURENESS: Final[Sequence[Confidence]] = (
    Confidence.CERTAIN,
    Confidence.LIKELY,
    Confidence.VAGUE,
)


def _sureness(finding: Finding) -> tuple[int, int]:
    """The surest first; among those, a verification before an alert before anything else."""
    kinds = (Kind.VERIFY, Kind.ALERT, Kind.EVENT)
    return _SURENESS.index(finding.confidence), kinds.index(finding.kind)


def _shown(line: Line, said: Recognised | None, known: set[int]) -> ReadLine:
    if said is not None:
        return ReadLine(
            number=line.number, text=line.text, state=LineState.RECOGNISED, spans=said.spans
        )
    if not line.text.strip():
        state = LineState.BLANK
    else:
        state = LineState.CONTEXT if line.number in known else LineState.UNKNOWN
    return ReadLine(number=line.number, text=line.text, state=state)
