from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ui import moments
from ui.templatetags.ui import moment

NOW = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("distance", "told"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "in a moment"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=59, seconds=59), "in 59 minutes"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(hours=-2), "2 hours ago"),
        (timedelta(hours=23, minutes=59), "in 23 hours"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=13, hours=23), "in 13 days"),
        (timedelta(days=14), "in 2 weeks"),
        (timedelta(days=21), "in 3 weeks"),
        (timedelta(days=60), "in 8 weeks"),
        (timedelta(days=61), "in 2 months"),
        (timedelta(days=-365), "11 months ago"),
        (timedelta(days=730), "in 23 months"),
        (timedelta(days=731), "in 2 years"),
        (timedelta(days=366 * 1500), "in 1,503 years"),
    ],
)
def test_it_tells_a_distance_rounded_down(distance: timedelta, told: str) -> None:
    assert moments.relative(NOW + distance, NOW) == told


def test_it_says_that_the_date_without_end_is_none() -> None:
    assert moments.relative(moments.NO_END, NOW) == "no set end"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
@pytest.mark.parametrize("edge", [moments.NO_END, datetime(1, 1, 1, tzinfo=UTC)])
@pytest.mark.parametrize("style", ["relative", "both", "exact"])
def test_it_shows_the_edges_of_the_calendar_in_every_zone(
    zone: str, edge: datetime, style: str
) -> None:
    with timezone.override(zoneinfo.ZoneInfo(zone)):
        shown = moment(edge, style)
    assert f'datetime="{edge.year:04}-' in shown


def test_it_names_the_reader_s_zone_and_its_summer_time() -> None:
    with timezone.override(zoneinfo.ZoneInfo("Europe/Berlin")):
        assert moments.exact(NOW) == "2026-03-28 13:00 CET"
        assert moments.exact(NOW + timedelta(days=1), seconds=True) == "2026-03-29 14:00:00 CEST"
    assert moments.exact(NOW) == "2026-03-28 12:00 UTC"


def test_it_shows_a_dash_for_no_moment() -> None:
    assert moment(None) == '<span class="muted">—</span>'


def test_it_puts_the_exact_time_beside_the_relative_one_when_asked() -> None:
    with timezone.override(UTC):
        shown = moment(datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), "both")
    assert 'datetime="2020-01-02T03:04:05Z"' in shown
    assert 'title="2020-01-02 03:04:05 UTC"' in shown
    assert ">2020-01-02 03:04 UTC<" in shown
    assert "years ago" in shown
