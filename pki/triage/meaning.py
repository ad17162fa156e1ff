"""What a phrase or a number in a log means: the values that the phrase tables are made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What sort of thing was recognised.

    `verify` is an X509_V_ERR number of OpenSSL (`pki.verify.codes`), `alert` a TLS alert
    (`pki.triage.alerts`), `event` anything else by a dotted code, `good` a success.
    """

    VERIFY = "verify"
    ALERT = "alert"
    EVENT = "event"
    GOOD = "good"


class Side(StrEnum):
    """An end of the connection; the client is the one that connects."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> Side:
        """The end that this one talks to."""
        return Side.SERVER if self is Side.CLIENT else Side.CLIENT


class Heard(StrEnum):
    """Which way an alert went, seen from the program that wrote the line."""

    RECEIVED = "received"
    SENT = "sent"


class Rank(IntEnum):
    """How much a recognition says. Of several in one line the highest decides.

    `wrapper` is a program's word that something failed, which usually stands around the reason;
    `event` a reason by words; `same` another library's word for what OpenSSL gives a number;
    `text` OpenSSL's own text; `number` a number that was printed.
    """

    WRAPPER = 1
    EVENT = 2
    SAME = 3
    TEXT = 4
    NUMBER = 5


class Confidence(StrEnum):
    """How sure the answer is: the number was printed, the words say so, or it is the likely one."""

    CERTAIN = "certain"
    LIKELY = "likely"
    VAGUE = "vague"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was recognised. `others` are further verify numbers that the same words stand for.

    `depth` is set where the words alone say at which depth; `writer` where they say who wrote the
    line; `heard` where they say which way an alert went.
    """

    kind: Kind
    rank: Rank
    number: int = 0
    event: str = ""
    others: tuple[int, ...] = ()
    writer: Side | None = None
    heard: Heard | None = None

    @property
    def code(self) -> str:
        """A stable name: `verify.20`, `alert.48`, or the event's own."""
        if self.kind in (Kind.EVENT, Kind.GOOD):
            return self.event
        return f"{self.kind.value}.{self.number}"

    @property
    def confidence(self) -> Confidence:
        """How sure it is."""
        if self.rank is Rank.WRAPPER:
            return Confidence.VAGUE
        if self.others or self.rank is Rank.SAME:
            return Confidence.LIKELY
        return Confidence.CERTAIN


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stable part of what a program prints, in lower case, and what it means."""

    text: str
    means: Meaning


@dataclass(frozen=True, slots=True)
class Dialect:
    """A family of programs: how its lines are told, which side it is, and what it says.

    A line is of this dialect when it holds one of the `signs`; `writer` is the side that such a
    program is, None where it may be either.
    """

    name: str
    signs: tuple[str, ...]
    writer: Side | None
    phrases: tuple[Phrase, ...]


def same(text: str, number: int, *others: int, writer: Side | None = None) -> Phrase:
    """Another library's words for an OpenSSL number; `others` where they cover several."""
    return Phrase(text, Meaning(Kind.VERIFY, Rank.SAME, number, others=others, writer=writer))


def openssl(text: str, number: int) -> Phrase:
    """OpenSSL's own words for one of its numbers."""
    return Phrase(text, Meaning(Kind.VERIFY, Rank.TEXT, number))


def event(text: str, code: str, *, writer: Side | None = None) -> Phrase:
    """A reason that is no matter of a certificate's path."""
    return Phrase(text, Meaning(Kind.EVENT, Rank.EVENT, event=code, writer=writer))


def wrapper(text: str, code: str, *, writer: Side | None = None) -> Phrase:
    """Words that say that something failed and leave the reason to what stands beside them."""
    return Phrase(text, Meaning(Kind.EVENT, Rank.WRAPPER, event=code, writer=writer))


def alert(text: str, number: int, heard: Heard | None = Heard.RECEIVED) -> Phrase:
    """A TLS alert by a name that no table of names covers."""
    return Phrase(text, Meaning(Kind.ALERT, Rank.TEXT, number, heard=heard))


def good(text: str, code: str) -> Phrase:
    """Words that say that something went well."""
    return Phrase(text, Meaning(Kind.GOOD, Rank.TEXT, event=code))
