"""What a kind of job is; the kinds themselves stand in `pkiadmin.tables`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class JobKind:
    """`run` is the dotted path of a function that takes a `Lease` and returns the result.

    `then` names kinds that are asked for in the transaction in which a job of this kind ends well.
    `single`: while one waits that has not begun, asking for another gives the one that waits.
    `hidden`: not listed among jobs (a part of another). `page` is the name of the URL that shows
    the result of a job, taking its id; without one the job's own page does.
    """

    title: str
    run: str
    then: tuple[str, ...] = ()
    single: bool = False
    hidden: bool = False
    page: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """A kind of job asked for periodically; slots count from the epoch, so two clocks agree."""

    kind: str
    every: timedelta
    says: str
