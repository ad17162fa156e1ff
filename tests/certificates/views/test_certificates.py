"""The inventory and the page of a certificate."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates.models import Certificate, Crl, Label, Standing
from certificates.services.record_standing import CertificateStanding, record_standing
from certificates.services.write_rows import write_certificates
from pki.certificate import parse_certificate
from tests.certificates.conftest import made, made_crl

pytestmark = pytest.mark.django_db
Add = Callable[..., list[Certificate]]
LIST = "/certificates/"


def listed(client: Client, **query: str) -> list[str]:
    """The names in the list, in its order."""
    html = client.get(LIST, query).content.decode()
    rows = re.findall(r'<th scope="row".*?</a>', html, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", row).strip() for row in rows]


@pytest.fixture
def reader(client_for: Callable[..., Client]) -> Client:
    return client_for("auditor")


def test_it_lists_what_a_row_should_tell(reader: Client, add: Add) -> None:
    (leaf,) = add(made("a.test", "The CA", names=("a.test", "b.test", "c.test", "d.test")))
    leaf.labels.add(Label.objects.create(name="production"))

    html = reader.get(LIST).content.decode()

    for text in ("a.test", "b.test", "The CA", "EC P-256", "production", "in 9 months"):
        assert text in html
    assert "d.test" not in html, "the first names only"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["ca", "new", "old"]),
        ({"sort": "-name"}, ["old", "new", "ca"]),
        ({"sort": "ends"}, ["old", "new", "ca"]),
        ({"ends": "expired"}, ["old"]),
        ({"ends": "30"}, ["new"]),
        ({"ends": "valid"}, ["ca", "new"]),
        ({"role": "ca"}, ["ca"]),
        ({"role": "end_entity"}, ["new", "old"]),
        ({"key": "EC"}, ["ca", "new", "old"]),
        ({"key": "RSA"}, []),
        ({"standing": "trusted"}, ["new"]),
        ({"lifecycle": "retired"}, ["old"]),
        ({"label": "kept"}, ["ca"]),
        ({"q": "ne"}, ["new"]),
        ({"q": "old", "ends": "expired"}, ["old"]),
        ({"ends": "nonsense"}, []),
        ({"label": "unknown"}, []),
        ({"sort": "nonsense", "after": "garbage"}, ["ca", "new", "old"]),
    ],
)
def test_links_hold_the_state_of_the_list(
    reader: Client, add: Add, query: dict[str, str], expected: list[str]
) -> None:
    ca, new, old = add(made("ca", ca=True, end=900), made("new", end=5), made("old", end=-5))
    ca.labels.add(Label.objects.create(name="kept"))
    Certificate.objects.filter(pk=new.pk).update(standing="trusted")
    Certificate.objects.filter(pk=old.pk).update(lifecycle="retired")

    assert listed(reader, **query) == expected


def test_it_lists_what_an_authority_issued(reader: Client, add: Add) -> None:
    ca, leaf, _ = add(made("ca", ca=True), made("leaf", "ca"), made("other"))

    assert listed(reader, issuer=str(ca.pk)) == ["leaf"]
    assert listed(reader, issuer=str(10**30)) == []
    assert leaf


def test_pages_follow_each_other_without_gaps(reader: Client, add: Add) -> None:
    add(*[made("same name", serial=number + 1) for number in range(120)])
    found: list[str] = []
    url = LIST
    while url:
        html = reader.get(url).content.decode()
        found += re.findall(r'name="selected" value="(\d+)"', html)
        following = re.search(r'rel="next" href="([^"]*)"', html)
        url = following.group(1).replace("&amp;", "&") if following else ""

    assert len(found) == len(set(found)) == 120


@pytest.mark.parametrize("count", [100, 10_000])
def test_it_asks_as_much_of_the_database_at_any_size(
    reader: Client,
    add: Add,
    django_assert_num_queries: Callable[..., Any],
    count: int,
) -> None:
    import dataclasses
    import hashlib

    facts = parse_certificate(made("a.test", "ca", names=("a.test", "b.test")))
    write_certificates(
        [
            dataclasses.replace(
                facts, sha256=hashlib.sha256(str(number).encode()).hexdigest(), cn=f"{number}.test"
            )
            for number in range(count)
        ],
        job_id=None,
    )
    with django_assert_num_queries(8):
        answer = reader.get(LIST, {"q": "a.test", "sort": "-ends"})
    assert answer.status_code == 200


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's query plan")
def test_relatives_are_found_in_their_order_however_many_there_are(
    reader: Client, add: Add
) -> None:
    root, *_ = add(made("Root", ca=True), made("a.test", "Root"), made("b.test", "Root"))

    with CaptureQueriesContext(connection) as captured:
        html = reader.get(root.get_absolute_url()).content.decode()

    assert "a.test" in html
    asked = [one["sql"] for one in captured if "ORDER BY" in one["sql"]]
    for column in ("spki_sha256", "issuer_sha256"):
        [question] = [sql for sql in asked if f'"certificates_certificate"."{column}" =' in sql]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {question}")
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
        assert f"({column}=?)" in plan
        assert "TEMP B-TREE" not in plan


def test_it_shows_everything_that_was_read(reader: Client, add: Add) -> None:
    root, leaf = add(
        made("Root", ca=True), made("leaf.test", "Root", names=("leaf.test", "xn--mnchen-3ya.test"))
    )

    html = reader.get(leaf.get_absolute_url()).content.decode()

    colons = ":".join(leaf.sha256[at : at + 2] for at in range(0, 64, 2)).upper()
    for text in (colons, leaf.serial, "münchen.test", root.get_absolute_url(), "EC P-256"):
        assert text in html
    assert "incomplete" not in html


def test_it_says_before_the_download_that_a_chain_is_incomplete(reader: Client, add: Add) -> None:
    (leaf,) = add(made("leaf.test", "Gone Issuer"))

    html = reader.get(leaf.get_absolute_url()).content.decode()

    assert "The chain is incomplete" in html
    assert "Gone Issuer" in html


def test_it_shows_every_way_up_and_marks_signatures_that_are_not(reader: Client, add: Add) -> None:
    leaf, *_ = add(
        made("leaf.test", "Issuing", key_ids=False),
        made("Issuing", "Root A", ca=True, key_ids=False),
        made("Issuing", "Root B", ca=True, key_ids=False),
        made("Root A", ca=True, key_ids=False),
        made("Root B", ca=True, key_ids=False, key="impostor"),
    )

    html = reader.get(leaf.get_absolute_url()).content.decode()

    tree = html[html.index('class="tree"') : html.index('id="key"')]
    assert tree.count("Issuing") == 2
    assert tree.count("Root A") == tree.count("Root B") == 1
    assert tree.count("Signature is not by this key") == 1


def test_it_bounds_names_and_what_was_issued(reader: Client, add: Add) -> None:
    ca, *_ = add(
        made("ca", ca=True, names=tuple(f"{number}.test" for number in range(250))),
        *[made(f"leaf {number}", "ca") for number in range(15)],
    )

    html = reader.get(ca.get_absolute_url()).content.decode()

    assert "And 50 more" in html
    assert "All 15 in the list" in html


HOSTILE = '<img src=x onerror="alert(1)">{{ 7|add:7 }}\u202e\u200b'


@pytest.mark.parametrize("page", ["list", "page", "search"])
def test_names_stay_text(reader: Client, add: Add, page: str) -> None:
    (leaf,) = add(made(HOSTILE, names=("<b>bold</b>.test",)))
    url = {"list": LIST, "page": leaf.get_absolute_url(), "search": LIST + "?q=%3Cimg"}[page]

    html = reader.get(url).content.decode()

    assert "<img src=x" not in html
    assert "<b>bold" not in html
    assert "\u202e" not in html
    assert "\u200b" not in html
    assert "14" not in re.findall(r"onerror.{0,40}", html)[0]


def test_dates_at_the_end_of_time_are_shown(reader: Client, add: Add) -> None:
    add(made("a.test"))
    from datetime import UTC, datetime

    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    Certificate.objects.update(not_after=end, not_before=datetime(1, 1, 1, tzinfo=UTC))
    reader.cookies["zone"] = "Pacific/Kiritimati"

    pk = Certificate.objects.get().pk
    assert reader.get(LIST).status_code == 200
    assert reader.get(reverse("certificates:certificate", args=[pk])).status_code == 200


def test_standings_are_kept_on_the_rows(add: Add, django_assert_num_queries: Any) -> None:
    first, second = add(made("a"), made("b"))
    standings = [
        CertificateStanding(
            certificate_id=first.pk,
            standing=Standing.TRUSTED,
            works_until=first.not_after,
        ),
        CertificateStanding(
            certificate_id=second.pk, standing=Standing.UNCHECKED, works_until=None
        ),
    ]

    assert record_standing(standings=standings) == 1
    with django_assert_num_queries(1):
        assert record_standing(standings=standings) == 0

    first.refresh_from_db()
    assert (first.standing, first.works_until) == ("trusted", first.not_after)


def test_it_shows_what_a_crl_revokes(
    reader: Client, add: Add, add_crl: Callable[[bytes], Crl]
) -> None:
    (leaf,) = add(made("leaf.test", "Root", serial=0xABCDEF))
    crl = add_crl(made_crl("Root", (0xABCDEF, *range(1, 120))))

    first = reader.get(crl.get_absolute_url()).content.decode()
    third = reader.get(crl.get_absolute_url(), {"page": "3"}).content.decode()
    found = reader.get(crl.get_absolute_url(), {"serial": "AB:CD"}).content.decode()
    nothing = reader.get(crl.get_absolute_url(), {"serial": "fffff"}).content.decode()

    assert leaf.get_absolute_url() in first
    assert "Page 1 of 3" in first
    assert third.count('data-label="Serial number"') == 20
    assert found.count('data-label="Serial number"') == 1
    assert "does not revoke" in nothing
    for page in ("0", "-1", "99999999999", "x"):
        assert reader.get(crl.get_absolute_url(), {"page": page}).status_code == 200


def test_crls_are_listed_by_freshness(reader: Client, add_crl: Callable[[bytes], Crl]) -> None:
    add_crl(made_crl("Fresh CA"))
    add_crl(made_crl("Stale CA", end=-0 - 1 + 1))

    html = reader.get("/crls/", {"freshness": "fresh"}).content.decode()
    stale = reader.get("/crls/", {"freshness": "stale"}).content.decode()

    assert "Fresh CA" in html
    assert "Stale CA" not in html
    assert "Stale CA" in stale
