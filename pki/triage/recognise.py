"""One line: everything that is recognised in it, of which the most specific decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, NamedTuple

from pki.triage.frames import follows_from
from pki.triage.lines import Line
from pki.triage.meaning import Kind, Meaning, Rank, Side
from pki.triage.numbers import Found, numbers_in
from pki.triage.phrases import DIALECTS
from pki.triage.phrases.openssl import CLIENT_SIGNS, SERVER_SIGNS

_DEPTH: Final = re.compile(
    r"\bdepth ?[=:]? ?(\d{1,3})\b|\bat (\d{1,3}) depth|\bdepth of (\d{1,3})\b"
)
_MOST_REPEATS: Final = 4
# What may stand between a number and its text: "lookup: ", ": (".
_BETWEEN: Final = 10

# Words of other programs that tell which side wrote the line.
_WRITER_SIGNS: Final = (
    ("while ssl handshaking to upstream", Side.CLIENT),
    ("upstream ssl certificate", Side.CLIENT),
    ("alert from the server", Side.CLIENT),
    ("alert from the client", Side.SERVER),
    ("urllib3", Side.CLIENT),
    ("requests.exceptions", Side.CLIENT),
    ("urlopen error", Side.CLIENT),
    ("ftplib", Side.CLIENT),
    ("checkservertrusted", Side.CLIENT),
    ("checkclienttrusted", Side.SERVER),
    ("http: tls handshake error from", Side.SERVER),
    *((sign, Side.CLIENT) for sign in CLIENT_SIGNS),
    *((sign, Side.SERVER) for sign in SERVER_SIGNS),
)


# A line that holds more than this is no line of a log.
_MOST_FOUND: Final = 60


class _Origin(NamedTuple):
    """A family of programs: its name, the signs of its lines, which side it is."""

    name: str
    signs: tuple[str, ...]
    writer: Side | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The phrases and signs that a text holds at all: the others need not be sought line by line."""

    phrases: tuple[tuple[str, Meaning], ...]
    origins: tuple[_Origin, ...]
    writers: tuple[tuple[str, Side], ...]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Vocabulary:
        """What of all that is known stands in these lines."""
        whole = "\n".join(line.small for line in lines)
        origins = (
            _Origin(one.name, tuple(sign for sign in one.signs if sign in whole), one.writer)
            for one in DIALECTS
        )
        return cls(
            phrases=tuple(
                (phrase.text, phrase.means)
                for dialect in DIALECTS
                for phrase in dialect.phrases
                if phrase.text in whole
            ),
            origins=tuple(one for one in origins if one.signs),
            writers=tuple((sign, side) for sign, side in _WRITER_SIGNS if sign in whole),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognised:
    """What a line says: `main` decides, `also` stood beside it, `spans` are the parts that said so."""

    main: Found
    also: tuple[Meaning, ...]
    spans: tuple[tuple[int, int], ...]
    depth: int | None
    writer: Side | None
    program: str
    printed: int
    """The number that stands there, where today's OpenSSL has another one for its words; else 0."""


def recognise(line: Line, vocabulary: Vocabulary) -> Recognised | None:
    """What is recognised in a line; None where nothing is."""
    everything = chain(numbers_in(line.small), _phrases_in(line.small, vocabulary))
    found = _uncontained(list(islice(everything, _MOST_FOUND)))
    if not found:
        return None
    found.sort(key=_weight)
    main, printed = _by_its_words(found)
    program, writer = origin_of(line.small, vocabulary)
    # A server may be a client of what stands behind it: the words say so, or the kind of program.
    writer = next((one.means.writer for one in found if one.means.writer), writer)
    return Recognised(
        main=main,
        also=_others(main.means, printed, found),
        spans=_merged(found),
        depth=depth_in(line.small),
        writer=writer,
        program=program,
        printed=printed,
    )


def _weight(one: Found) -> tuple[int, int, int, int]:
    """The most specific first: by rank, then by how many readings there are, then by length."""
    return (-one.means.rank, len(one.means.others), one.start - one.end, one.start)


def _by_its_words(found: list[Found]) -> tuple[Found, int]:
    """What decides, and the number printed where the words right behind it have another one now.

    Releases have moved numbers: `num=24:invalid CA certificate` of 1.1.1 is 79 since 3.0.
    """
    main = next(
        (one for one in found if not any(follows_from(one.means, other.means) for other in found)),
        found[0],
    )
    if main.means.kind is not Kind.VERIFY or main.means.rank is not Rank.NUMBER:
        return main, 0
    words = [one for one in found if one.means.kind is Kind.VERIFY and one.means.rank is Rank.TEXT]
    for one in words:
        if main.end <= one.start <= main.end + _BETWEEN:
            return one, main.means.number if one.means.number != main.means.number else 0
    return main, 0


def depth_in(small: str) -> int | None:
    """The depth that a line names."""
    match = _DEPTH.search(small)
    return int(next(group for group in match.groups() if group)) if match else None


def _phrases_in(small: str, vocabulary: Vocabulary) -> Iterator[Found]:
    for text, means in vocabulary.phrases:
        at = small.find(text)
        for _ in range(_MOST_REPEATS):
            if at < 0:
                break
            yield Found(at, at + len(text), means)
            at = small.find(text, at + len(text))


def _uncontained(found: list[Found]) -> list[Found]:
    """Without what stands inside something longer that says at least as much.

    "certificate revoked" is also a part of "sslv3 alert certificate revoked".
    """
    kept: list[Found] = []
    longest_first = sorted(set(found), key=lambda one: (one.start - one.end, -one.means.rank))
    for one in longest_first:
        inside = (
            big
            for big in kept
            if big.start <= one.start and one.end <= big.end and _silences(big, one)
        )
        if next(inside, None) is None:
            kept.append(one)
    return kept


def _silences(big: Found, small: Found) -> bool:
    # OpenSSL's text inside another library's sentence, or inside an alert's name, is theirs.
    return (
        big.means.rank >= small.means.rank
        or big.means.kind is Kind.ALERT
        or (big.means.rank is Rank.SAME and small.means.rank is Rank.TEXT)
    )


def _others(main: Meaning, printed: int, found: list[Found]) -> tuple[Meaning, ...]:
    """What else the line says: neither the same again nor a vaguer reading of the same words."""
    others: dict[str, Meaning] = {}
    for one in found:
        means = one.means
        if means.code == main.code or (means.kind is Kind.VERIFY and means.number == printed):
            continue
        if main.kind is Kind.VERIFY and main.number in means.others:
            continue
        others[means.code] = means
    return tuple(others.values())


def _merged(found: list[Found]) -> tuple[tuple[int, int], ...]:
    """The parts to mark, in order and without overlaps."""
    spans: list[tuple[int, int]] = []
    for start, end, _ in sorted(found):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def origin_of(small: str, vocabulary: Vocabulary) -> tuple[str, Side | None]:
    """Which family of programs wrote a line, and which side that was, as far as it tells."""
    side = next((side for sign, side in vocabulary.writers if sign in small), None)
    for name, signs, writer in vocabulary.origins:
        if any(sign in small for sign in signs):
            return name, side or writer
    return "", side
