"""Lists: pages cut by key lose no row and show none twice, whatever the rows have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import django_filters  # type: ignore[import-untyped]  # ships no types
import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from certificates.models import Certificate, Crl
from ui import listing
from ui.listing import Column, Listing, ListPage

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Filters(django_filters.FilterSet):  # type: ignore[misc]  # ships no types
    cn = django_filters.CharFilter()
    key_size = django_filters.NumberFilter()


CERTIFICATES = Listing(
    columns=(
        Column(name="name", label="Name", sort="cn"),
        Column(name="ends", label="Ends", sort="not_after"),
        Column(name="works", label="Works until", sort="works_until"),
        Column(name="digest", label="SHA-256"),
    ),
    default_sort="ends",
    filterset=Filters,
    per_page=7,
)


def certificate(number: int, *, ends_in_days: int = 0, works: int | None = None) -> Certificate:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return Certificate(
        sha256=digest,
        sha1=digest[:40],
        version=3,
        serial=digest[:16],
        subject=f"CN=host-{number}",
        issuer="CN=An issuer",
        subject_sha256=digest,
        issuer_sha256=digest,
        cn=f"host-{number % 3}",
        not_before=EPOCH,
        # Microseconds: a cursor that dropped them would show rows twice.
        not_after=EPOCH + timedelta(days=ends_in_days, microseconds=654_321),
        works_until=None if works is None else EPOCH + timedelta(days=works),
        is_ca=False,
        self_issued=False,
        key_algorithm="RSA",
        key_size=2048,
        signature_algorithm="sha256WithRSAEncryption",
        spki_sha256=digest,
        created_at=EPOCH,
    )


def made(certificates: Iterable[Certificate]) -> list[Certificate]:
    return Certificate.objects.bulk_create(certificates)


def page_at(query: str = "", which: Listing = CERTIFICATES) -> ListPage[Certificate]:
    return which.page(RequestFactory().get(f"/certificates/?{query}"), Certificate.objects.all())


def follow(address: str) -> ListPage[Certificate]:
    return page_at(urlsplit(address).query)


def walk(
    page: ListPage[Certificate], way: Callable[[ListPage[Certificate]], str]
) -> list[list[int]]:
    """The ids of every page from this one on, until there is no way further."""
    seen = [[row.pk for row in page.rows]]
    while address := way(page):
        page = follow(address)
        seen.append([row.pk for row in page.rows])
        assert len(seen) < 100
    return seen


def ids(pages: list[list[int]]) -> list[int]:
    return [pk for page in pages for pk in page]


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["ends", "-ends", "name", "-name", "works", "-works"])
def test_it_shows_every_row_once_forth_and_back_over_equal_and_missing_keys(sort: str) -> None:
    made(
        certificate(number, ends_in_days=number // 10, works=number % 4 if number % 3 else None)
        for number in range(40)
    )
    forth = walk(page_at(urlencode({"sort": sort})), lambda page: page.next_url)
    assert [len(page) for page in forth] == [7, 7, 7, 7, 7, 5]
    assert sorted(ids(forth)) == sorted(Certificate.objects.values_list("pk", flat=True))

    last = page_at(urlencode({"sort": sort, "last": "1"}))
    back = walk(last, lambda page: page.previous_url)
    # Pages counted from the end begin elsewhere; the order of the rows is the same.
    assert [row.pk for row in last.rows] == ids(forth)[-7:]
    tail = ids([list(reversed(page)) for page in back])[: 5 * 7]
    assert tail == list(reversed(ids(forth)))[: 5 * 7]
    assert back[-1] == forth[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("sort", "descending"), [("works", False), ("-works", True)])
def test_it_puts_rows_without_a_key_last_in_either_direction(sort: str, descending: bool) -> None:
    made(certificate(number, works=None if number < 10 else number) for number in range(20))
    pages = walk(page_at(f"sort={sort}"), lambda page: page.next_url)
    works = dict(Certificate.objects.values_list("pk", "works_until"))
    shown = [works[pk] for pk in ids(pages)]
    assert shown[10:] == [None] * 10
    dates = [moment for moment in shown[:10] if moment is not None]
    assert dates == sorted(dates, reverse=descending)


@pytest.mark.django_db
def test_it_comes_back_to_the_page_it_left() -> None:
    made(certificate(number) for number in range(30))
    first = page_at()
    second = follow(first.next_url)
    assert [row.pk for row in follow(second.previous_url).rows] == [row.pk for row in first.rows]
    assert (first.previous_url, first.first_url) == ("", "")
    last = follow(second.last_url)
    assert (last.next_url, last.last_url) == ("", "")
    assert follow(last.first_url).rows == first.rows


@pytest.mark.django_db
def test_it_goes_on_where_it_was_when_the_row_at_the_edge_was_deleted() -> None:
    made(certificate(number) for number in range(30))
    first = page_at()
    Certificate.objects.filter(pk=first.rows[-1].pk).delete()
    assert follow(first.next_url).rows[0].pk == first.rows[-1].pk + 1


@pytest.mark.django_db
def test_it_shows_the_last_page_when_all_behind_was_deleted() -> None:
    made(certificate(number) for number in range(20))
    first = page_at()
    Certificate.objects.filter(pk__gt=first.rows[-1].pk).delete()
    page = follow(first.next_url)
    assert (page.rows, page.next_url) == (first.rows, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "W10", "bnVsbA", "WzEsMl0", "WyJ4IiwgMV0", "A" * 3000, "é", "WyJcdTAwMDAiLCAxXQ",
     # ["2026-01-01T00:00:00+00:00", 10 to the power of 30], and a moment without a zone
     "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMF0",
     "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwgMV0"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["after", "before"])
def test_it_takes_an_invented_place_for_the_first_page(place: str, cursor: str) -> None:
    made(certificate(number) for number in range(10))
    assert page_at(urlencode({place: cursor})).rows == page_at().rows


@pytest.mark.django_db
def test_it_keeps_filters_and_order_in_every_address_and_drops_the_place() -> None:
    made(certificate(number) for number in range(60))
    page = follow(page_at("cn=host-1&sort=-name").next_url)
    assert {row.cn for row in page.rows} == {"host-1"}
    for address in (page.next_url, page.previous_url, page.first_url, page.last_url):
        query = parse_qs(urlsplit(address).query)
        assert (query["cn"], query["sort"]) == (["host-1"], ["-name"])
    resorted = parse_qs(urlsplit(page.sort_url(page.columns[0])).query)
    assert resorted == {"cn": ["host-1"], "sort": ["name"]}
    assert page.is_filtered
    assert page.clear_url == "/certificates/?sort=-name"


@pytest.mark.django_db
def test_it_sorts_as_declared_where_the_wish_names_no_sortable_column() -> None:
    made(certificate(number) for number in range(3))
    for wish in ("digest", "password", "-", "subject__x", "--ends"):
        assert page_at(urlencode({"sort": wish})).sort == "ends"


@pytest.mark.django_db
def test_it_shows_no_rows_but_the_mistake_for_a_filter_that_is_none() -> None:
    made(certificate(number) for number in range(3))
    page = page_at("key_size=many")
    assert page.rows == []
    assert page.filters is not None
    assert "key_size" in page.filters.errors


@pytest.mark.django_db
def test_it_counts_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    made(certificate(number) for number in range(12))
    assert (page_at().count_text, page_at().count_is_bound) == ("12", False)
    monkeypatch.setattr(listing, "COUNT_BOUND", 11)
    assert (page_at().count_text, page_at().count_is_bound) == ("11+", True)


@pytest.mark.django_db
def test_it_makes_two_queries_at_10_rows_and_at_10_000() -> None:
    def queries(query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page_at(query)
        return len(captured)

    made(certificate(number) for number in range(10))
    few = queries("sort=ends")
    made(certificate(number, ends_in_days=number % 900) for number in range(10, 10_000))
    middle = urlsplit(follow(page_at("sort=ends&last=1").previous_url).previous_url).query
    assert {few, queries("sort=ends"), queries("sort=ends&last=1"), queries(middle)} == {2}


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's query plan")
def test_it_finds_a_page_by_the_index_and_never_by_scanning_what_lies_before() -> None:
    made(certificate(number) for number in range(50))
    with CaptureQueriesContext(connection) as captured:
        follow(page_at("sort=ends").next_url)
    [rows] = [one["sql"] for one in captured if "ORDER BY" in one["sql"]][1:]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {rows}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "USING INDEX certificate_ends ((not_after,rowid)>(?,?))" in plan.replace(", ", ",") or (
        "SEARCH" in plan and "certificate_ends" in plan
    )
    assert "TEMP B-TREE" not in plan


@pytest.mark.django_db
def test_it_sorts_crls_by_a_moment_that_may_be_missing() -> None:
    crls = Listing(
        columns=(Column(name="next", label="Next", sort="next_update"),),
        default_sort="next",
        per_page=2,
    )
    Crl.objects.bulk_create(
        Crl(
            sha256=hashlib.sha256(str(number).encode()).hexdigest(),
            issuer="CN=x",
            issuer_sha256="0",
            this_update=EPOCH,
            next_update=None if number % 2 else EPOCH + timedelta(days=number),
            signature_algorithm="x",
            revoked_count=0,
            created_at=EPOCH,
        )
        for number in range(6)
    )
    seen: list[datetime | None] = []
    address = "/crls/"
    while address:
        page = crls.page(RequestFactory().get(address), Crl.objects.all())
        seen += [row.next_update for row in page.rows]
        address = page.next_url
    assert seen == [EPOCH, EPOCH + timedelta(days=2), EPOCH + timedelta(days=4), None, None, None]
