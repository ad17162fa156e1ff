"""When somebody should hear that something ends: thresholds, and whether one was crossed.

A threshold is crossed at one moment, and a notice is due when that moment lies after the last
notice and not after now. Days are never counted and compared for equality: a run that was missed
loses nothing, and a run that is made twice says nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """A point before the end: `days` of 24 hours, or the `share` of the lifetime that remains.

    Exactly one is given; `share` lies strictly between 0 and 1 (`Fraction(1, 3)`: when a third of
    the lifetime remains). `days=0` is the end itself.
    """

    days: int | None = None
    share: Fraction | None = None

    def __post_init__(self) -> None:
        if (self.days is None) == (self.share is None):
            raise ValueError("either days or a share")
        if self.days is not None and self.days < 0:
            raise ValueError("days are counted back from the end")
        if self.share is not None and not 0 < self.share < 1:
            raise ValueError("a share of the lifetime lies between 0 and 1")

    def moment(self, not_before: datetime, not_after: datetime) -> datetime:
        """When it is crossed; never before the first moment that there is."""
        if self.days is not None:
            before_end = timedelta(days=min(self.days, timedelta.max.days))
        else:
            before_end = _part(not_after - not_before, self.share or Fraction(0))
        return not_after - min(before_end, not_after - _EARLIEST)


def _part(lifetime: timedelta, share: Fraction) -> timedelta:
    microseconds = lifetime // timedelta(microseconds=1)
    return timedelta(microseconds=microseconds * share.numerator // share.denominator)


DEFAULT_THRESHOLDS = tuple(Threshold(days=days) for days in (90, 60, 30, 14, 7, 1))
EXPIRED = Threshold(days=0)


def crossed(
    not_before: datetime,
    not_after: datetime,
    *,
    now: datetime,
    last_noticed: datetime | None,
    thresholds: Sequence[Threshold] = DEFAULT_THRESHOLDS,
) -> Threshold | None:
    """The most urgent threshold crossed after `last_noticed` and until `now`; None: nothing is new.

    All moments are aware. `last_noticed` is the `now` of the run that gave the last notice of this
    object, None where there was none: then whatever was crossed counts, so that something brought
    in shortly before its end is heard of at once.

    A threshold that lies at or before `not_before` says nothing about the object (90 days before
    the end of one that lives 47) and is left out; short-lived objects want a share. What was never
    valid, because its end is not after its beginning, has no thresholds at all.
    """
    due = [
        (moment, -position, threshold)
        for position, threshold in enumerate(thresholds)
        if not_before < (moment := threshold.moment(not_before, not_after)) <= now
        and (last_noticed is None or last_noticed < moment)
    ]
    return max(due, key=lambda one: one[:2])[2] if due else None


def next_crossing(
    not_before: datetime,
    not_after: datetime,
    *,
    after: datetime,
    thresholds: Sequence[Threshold] = DEFAULT_THRESHOLDS,
) -> datetime | None:
    """The first moment after `after` at which a threshold is crossed: what an index can hold."""
    moments = (threshold.moment(not_before, not_after) for threshold in thresholds)
    return min((moment for moment in moments if moment > max(after, not_before)), default=None)
