"""Thresholds are crossed, each once, whatever runs are made or missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pki.notices import DEFAULT_THRESHOLDS, EXPIRED, Threshold, crossed, next_crossing

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
END = START + 365 * DAY

moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001  # hypothesis wants it naive and adds the zone
    max_value=datetime(2032, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
thresholds = st.lists(
    st.one_of(
        st.integers(min_value=0, max_value=400).map(lambda days: Threshold(days=days)),
        st.fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50)).map(
            lambda share: Threshold(share=share)
        ),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


def days(left: float, last: float | None = None) -> int | None:
    """The threshold in days with so many days left, last noticed with so many left."""
    found = crossed(
        START,
        END,
        now=END - left * DAY,
        last_noticed=None if last is None else END - last * DAY,
    )
    return None if found is None else found.days


@pytest.mark.parametrize(
    ("left", "last", "expected"),
    [
        (91, None, None),
        (90.001, None, None),
        (90, None, 90),
        (89, None, 90),
        (89, 90, None),
        (89, 89.5, None),
        (60, 89, 60),
        (61, 89, None),
        # Runs were missed: the most urgent of what was crossed, once.
        (6, 89, 7),
        (0.5, 89, 1),
        (0.5, 0.9, None),
        (-3, 0.9, None),
        (-3, 20, 1),
        # A run at the very moment of the crossing has it, and the next has not.
        (30, 31, 30),
        (29.99, 30, None),
        # The clock went back: nothing is said again.
        (50, 20, None),
    ],
)
def test_it_says_what_was_crossed_since_the_last_notice(
    left: float, last: float | None, expected: int | None
) -> None:
    assert days(left, last) == expected


def test_a_share_of_the_lifetime_is_a_threshold_too() -> None:
    third = (Threshold(share=Fraction(1, 3)),)
    lives = START + 90 * DAY
    before = START + 59 * DAY
    assert crossed(START, lives, now=before, last_noticed=None, thresholds=third) is None
    at = START + 60 * DAY
    assert crossed(START, lives, now=at, last_noticed=before, thresholds=third) == third[0]


def test_thresholds_longer_than_the_life_say_nothing() -> None:
    lives = START + 47 * DAY
    assert crossed(START, lives, now=START + DAY, last_noticed=None) is None
    found = crossed(START, lives, now=START + 18 * DAY, last_noticed=None)
    assert found == Threshold(days=30)
    exactly = START + 90 * DAY
    assert crossed(START, exactly, now=START, last_noticed=None) is None


def test_the_end_itself_can_be_a_threshold() -> None:
    with_end = (*DEFAULT_THRESHOLDS, EXPIRED)
    found = crossed(START, END, now=END, last_noticed=END - DAY / 2, thresholds=with_end)
    assert found == EXPIRED


@pytest.mark.parametrize(
    ("not_before", "not_after"),
    [
        (END, START),
        (START, START),
        (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)),
        (START, datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_what_was_never_valid_is_never_noticed(not_before: datetime, not_after: datetime) -> None:
    everything = (*DEFAULT_THRESHOLDS, EXPIRED, Threshold(share=Fraction(1, 2)))
    now = datetime(9999, 1, 1, tzinfo=UTC)
    assert crossed(not_before, not_after, now=now, last_noticed=None, thresholds=everything) is None


def test_the_years_1_and_9999_do_no_harm() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    huge = (Threshold(days=10**9), Threshold(share=Fraction(9, 10)), Threshold(days=1))
    for threshold in huge:
        assert first <= threshold.moment(first, last) <= last
    assert Threshold(days=90).moment(first, first + DAY) == first
    found = crossed(first, last, now=last, last_noticed=None, thresholds=huge)
    assert found == Threshold(days=1)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"days": 1, "share": Fraction(1, 2)},
        {"days": -1},
        {"share": Fraction(0)},
        {"share": Fraction(1)},
    ],
)
def test_a_threshold_is_one_thing(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"days|share"):
        Threshold(**options)  # type: ignore[arg-type] # a table of options


@given(begin=moments, end=moments, runs=st.lists(moments, min_size=1, max_size=30), each=thresholds)
def test_no_threshold_is_noticed_twice_and_urgency_only_rises(
    begin: datetime, end: datetime, runs: list[datetime], each: list[Threshold]
) -> None:
    last: datetime | None = None
    noticed: list[Threshold] = []
    for now in sorted(runs):
        found = crossed(begin, end, now=now, last_noticed=last, thresholds=each)
        if found is not None:
            noticed.append(found)
            last = now
    crossings = [threshold.moment(begin, end) for threshold in noticed]
    assert crossings == sorted(set(crossings))


@given(begin=moments, end=moments, runs=st.lists(moments, min_size=1, max_size=30), each=thresholds)
def test_missed_runs_lose_nothing(
    begin: datetime, end: datetime, runs: list[datetime], each: list[Threshold]
) -> None:
    # Whoever runs often and whoever runs once at the end have heard of the same urgency.
    alone = crossed(begin, end, now=max(runs), last_noticed=None, thresholds=each)
    last: datetime | None = None
    heard: Threshold | None = None
    for now in sorted(runs):
        found = crossed(begin, end, now=now, last_noticed=last, thresholds=each)
        if found is not None:
            heard, last = found, now
    assert (heard is None) == (alone is None)
    if heard is not None and alone is not None:
        assert heard.moment(begin, end) == alone.moment(begin, end)


@given(begin=moments, end=moments, now=moments, each=thresholds)
def test_the_next_crossing_is_the_first_moment_with_something_new(
    begin: datetime, end: datetime, now: datetime, each: list[Threshold]
) -> None:
    following = next_crossing(begin, end, after=now, thresholds=each)
    far = datetime(2040, 1, 1, tzinfo=UTC)
    if following is None:
        assert crossed(begin, end, now=far, last_noticed=now, thresholds=each) is None
        return
    assume(following > now)
    instant = timedelta(microseconds=1)
    assert crossed(begin, end, now=following - instant, last_noticed=now, thresholds=each) is None
    assert crossed(begin, end, now=following, last_noticed=now, thresholds=each) is not None
