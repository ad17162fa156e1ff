"""The calendar: what stops when and why, its picture, and the secret address of its feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from certificates.models import Certificate, Lifecycle
from tests.truststores.conftest import (
    DAY,
    NOW,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
    work_off,
)
from truststores.ends import CauseKind
from truststores.models import CalendarFeed
from truststores.services.add_crls import add_crls
from truststores.services.make_calendar import Stop, make_calendar
from truststores.shown_calendar import show_calendar

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., Any]

ROOT = authority("Calendar Root")
SHORT = authority("Short Issuing CA", ROOT, end=100)
EARLY = leaf("early.example.org", ROOT, end=30)
LATE = leaf("late.example.org", ROOT, end=2000)
UNDER = [leaf(f"under-{number}.example.org", SHORT, end=250) for number in range(3)]


def stops_at(moment: datetime = NOW) -> list[Stop]:
    return list(make_calendar(moment=moment).stops)


def test_each_certificate_stops_at_its_own_end_or_with_its_issuer(store_of: StoreOf) -> None:
    store_of("Servers", ROOT, SHORT)
    bring_in(EARLY, LATE, *UNDER)
    work_off(NOW)
    own, issuer = stops_at()
    assert (own.cause.kind, own.moment) == (CauseKind.OWN, NOW + 30 * DAY)
    assert [str(one.certificate) for one in own.certificates] == ["early.example.org"]
    assert own.certificates[0].report_id is not None
    # The end of the issuer is one stop: what it issued, and itself is what it is named by.
    assert (issuer.cause.kind, issuer.cause.name) == (CauseKind.ISSUER, "Short Issuing CA")
    assert (issuer.count, issuer.moment) == (3, NOW + 100 * DAY)
    assert issuer.url == Certificate.objects.get(cn="Short Issuing CA").get_absolute_url()


def test_a_crl_is_told_as_the_reason_and_the_path_behind_it_too(store_of: StoreOf) -> None:
    made = store_of("Servers", ROOT, SHORT, revocation="leaf")
    rows = bring_in_crls(crl(ROOT, end=20), crl(SHORT, end=12))
    add_crls(actor=None, store_id=made.pk, crl_ids=[row.pk for row in rows], moment=NOW)
    bring_in(EARLY, *UNDER)
    work_off(NOW)
    told = [(stop.cause.kind, stop.cause.name, stop.count, stop.after_crl) for stop in stops_at()]
    assert told == [
        (CauseKind.CRL, "Short Issuing CA", 3, False),
        (CauseKind.CRL, "Calendar Root", 1, False),
        (CauseKind.OWN, "early.example.org", 1, True),
        (CauseKind.ISSUER, "Short Issuing CA", 3, True),
    ]


def test_replaced_and_retired_certificates_are_left_out(store_of: StoreOf) -> None:
    store_of("Servers", ROOT)
    [row] = bring_in(EARLY)
    work_off(NOW)
    assert len(stops_at()) == 1
    Certificate.objects.filter(pk=row.pk).update(lifecycle=Lifecycle.RETIRED)
    assert stops_at() == []


def test_a_month_begins_at_the_midnight_of_its_reader(store_of: StoreOf) -> None:
    from zoneinfo import ZoneInfo

    from django.utils import timezone

    store_of("Servers", ROOT)
    [row] = bring_in(EARLY)
    work_off(NOW)
    end = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    Certificate.objects.filter(pk=row.pk).update(works_until=end, not_after=end)
    with timezone.override(ZoneInfo("Europe/Bucharest")):
        months = make_calendar(moment=NOW).months
    assert [month.count for month in months[:2]] == [0, 1]
    assert months[1].days[0].count == 1


def test_the_picture_marks_a_day_by_shape_and_size_and_says_it_in_words(store_of: StoreOf) -> None:
    store_of("Servers", ROOT, SHORT)
    bring_in(EARLY, *UNDER)
    work_off(NOW)
    shown = show_calendar(make_calendar(moment=NOW))
    marks = [day for month in shown.months for day in month.days if day.size]
    assert [(day.shape, day.says) for day in marks] == [
        ("circle", "1 July 2026: 1 certificate stops"),
        ("diamond", "9 September 2026: 3 certificates stop"),
    ]
    assert [shape for shape, _ in shown.legend] == ["circle", "diamond"]
    assert len(shown.months) == 13
    assert all(len(month.days) + len(month.padding) == 31 for month in shown.months)


@pytest.fixture
def near(store_of: StoreOf) -> None:
    """Something that stops in some days from the real now."""
    from django.utils import timezone

    moment = timezone.now()
    store_of("Servers", ROOT, moment=moment)
    [row] = bring_in(LATE)
    work_off(moment)
    end = moment + timedelta(days=40)
    Certificate.objects.filter(pk=row.pk).update(works_until=end, not_after=end, cn="a,b;c\\d")


@pytest.mark.usefixtures("near")
def test_the_page_links_each_mark_to_its_row(client_for: ClientFor) -> None:
    page = client_for(None).get(reverse("truststores:calendar")).content.decode()
    anchor = page.split('class="planner-mark" href="#')[1].split('"')[0]
    assert f'id="{anchor}"' in page
    assert "Its own end" in page
    assert "style=" not in page


@pytest.mark.usefixtures("near")
def test_the_inventory_lists_what_stops_in_a_month(client_for: ClientFor) -> None:
    row = Certificate.objects.get(cn="a,b;c\\d")
    browser = client_for(None)
    address = reverse("certificates:certificates")
    assert row.works_until is not None
    inside = browser.get(address, {"stops": f"{row.works_until:%Y-%m}", "sort": "works_until"})
    assert row.get_absolute_url() in inside.content.decode()
    for stops in ("2019-01", "no month", "2026-13", "9999-12", "\x00", "2026-02-30"):
        answer = browser.get(address, {"stops": stops})
        assert answer.status_code == 200
        assert row.get_absolute_url() not in answer.content.decode()


# The feed -----------------------------------------------------------------------------------------


def made_address(browser: Client) -> str:
    answer = browser.post(reverse("truststores:calendar_feed_renew"))
    assert "no-cache" in answer["Cache-Control"]
    token = answer.content.decode().split("feed.ics?token=")[1][:43]
    return f"{reverse('truststores:calendar_feed')}?token={token}"


@pytest.mark.usefixtures("near")
def test_the_feed_is_read_without_signing_in_by_whoever_knows_its_secret(
    client_for: ClientFor,
) -> None:
    address = made_address(client_for(None))
    answer = Client().get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 1
    assert r"SUMMARY:“a\,b\;c\\d” ends" in text
    assert "URL:http://testserver/" in text
    assert "sessionid" not in answer.cookies


def test_a_wrong_secret_and_a_switched_off_account_open_nothing(client_for: ClientFor) -> None:
    feed = reverse("truststores:calendar_feed")
    for token in ("", "x", "\x00", "é", "y" * 4000):
        assert Client().get(feed, {"token": token}).status_code == 404
    address = made_address(client_for("auditor"))
    assert Client().get(address).status_code == 200
    User.objects.update(is_active=False)
    assert Client().get(address).status_code == 404


def test_a_new_secret_ends_the_one_before_and_closing_ends_both(client_for: ClientFor) -> None:
    browser = client_for(None)
    first = made_address(browser)
    second = made_address(browser)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert (
        first.split("token=")[1]
        not in browser.get(reverse("truststores:calendar")).content.decode()
    )
    browser.post(reverse("truststores:calendar_feed_revoke"))
    assert Client().get(second).status_code == 404
    told = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert told == ["calendar_feed.made", "calendar_feed.renewed", "calendar_feed.revoked"]


def test_the_database_and_the_log_do_not_hold_the_secret(client_for: ClientFor) -> None:
    token = made_address(client_for(None)).split("token=")[1]
    assert token not in str(list(CalendarFeed.objects.values()))
    assert token not in str(list(AuditEvent.objects.values()))
