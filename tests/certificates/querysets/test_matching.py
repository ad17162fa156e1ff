"""The search: what people type, in the forms in which tools print it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from certificates.models import Certificate
from tests.certificates.conftest import NOW, made

pytestmark = pytest.mark.django_db

SERIAL = 0x00AB12CD34EF5678
OTHER = 4097


@pytest.fixture
def inventory(add: Callable[..., list[Certificate]]) -> tuple[Certificate, Certificate]:
    acme, other = add(
        made(
            "ftp.acme.test",
            "Acme Issuing CA",
            organization="Acme, Inc.",
            names=("ftp.acme.test", "files.partner-x.test"),
            serial=SERIAL,
        ),
        made("Dead Beef Root", ca=True, organization='100% "Meat" _ \\ Ltd', serial=OTHER),
    )
    return acme, other


@pytest.mark.parametrize(
    "text",
    [
        "ftp.acme",
        "FTP.ACME.TEST",
        "tp.acm",
        "Acme, Inc.",
        "files.partner-x",
        "acme issuing",
        "issuing acme",
        "  issuing   ca ",
        "ab12cd34ef5678",
        "AB:12:CD:34:EF:56:78",
        "ab 12 cd 34 ef 56 78",
        "0xAB12CD34EF5678",
        "00ab12cd34ef5678",
        "ab12cd",
        str(SERIAL),
    ],
)
def test_it_finds_one_by_names_and_numbers(
    inventory: tuple[Certificate, Certificate], text: str
) -> None:
    assert list(Certificate.objects.matching(text)) == [inventory[0]]


@pytest.mark.parametrize(
    "text", ["4097", "1001", "10:01", "0x1001", "dead", "100%", '"meat"', "_ ltd", "\\ ltd", "De"]
)
def test_it_takes_every_character_as_itself(
    inventory: tuple[Certificate, Certificate], text: str
) -> None:
    assert inventory[1] in Certificate.objects.matching(text)
    assert inventory[0] not in Certificate.objects.matching(text)


@pytest.mark.parametrize("digest", ["sha256", "sha1"])
@pytest.mark.parametrize("colons", [True, False])
@pytest.mark.parametrize("length", [8, 40])
def test_it_finds_one_by_the_beginning_of_a_fingerprint(
    inventory: tuple[Certificate, Certificate], digest: str, colons: bool, length: int
) -> None:
    text = getattr(inventory[0], digest)[:length].upper()
    if colons:
        text = ":".join(text[at : at + 2] for at in range(0, length, 2))

    assert list(Certificate.objects.matching(text)) == [inventory[0]]


@pytest.mark.parametrize("text", ["nobody", "acme nobody", "ffffffff", "ft%", "f_p", "*", "ab12cz"])
def test_it_finds_nothing_else(inventory: tuple[Certificate, Certificate], text: str) -> None:
    assert not Certificate.objects.matching(text).exists()


@pytest.mark.parametrize(
    "text",
    ['"', "''", '" OR "', "NEAR(a b)", "text:acme", "a*", "-", "^ftp", "\0", "\ud800", "%" * 500],
)
def test_it_takes_the_languages_of_databases_as_text(
    inventory: tuple[Certificate, Certificate], text: str
) -> None:
    assert not Certificate.objects.matching(text).exists()


def test_it_finds_all_without_a_text(inventory: tuple[Certificate, Certificate]) -> None:
    assert set(Certificate.objects.matching("  ")) == set(inventory)


def test_it_finds_the_beginning_of_a_common_name_in_two_letters(
    inventory: tuple[Certificate, Certificate],
) -> None:
    assert list(Certificate.objects.matching("FT")) == [inventory[0]]
    assert list(Certificate.objects.matching("de")) == [inventory[1]]


def test_dates_have_borders(add: Callable[..., list[Certificate]]) -> None:
    over, soon, later = add(made("over", end=-1), made("soon", end=5), made("later", end=50))
    assert list(Certificate.objects.expired(NOW)) == [over]
    assert list(Certificate.objects.expiring(timedelta(days=7), NOW)) == [soon]
    assert set(Certificate.objects.expiring(timedelta(days=90), NOW)) == {soon, later}
    at_its_end = soon.not_after
    assert soon not in Certificate.objects.expired(at_its_end)
    assert soon in Certificate.objects.expired(at_its_end + timedelta(seconds=1))


def test_issuers_are_found_by_name_and_key(add: Callable[..., list[Certificate]]) -> None:
    root, other_key, leaf, foreign = add(
        made("Root", ca=True),
        made("Root", ca=True, key="another key"),
        made("leaf", "Root"),
        made("Root", ca=False, key="no ca"),
    )

    assert set(Certificate.objects.possible_issuers(leaf)) == {root, other_key}
    assert list(Certificate.objects.issued_under(root)) == [leaf]
    assert list(Certificate.objects.issued_under(other_key)) == []
    assert foreign not in Certificate.objects.possible_issuers(leaf)


def test_a_search_reads_no_whole_table(inventory: tuple[Certificate, Certificate]) -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("the plan of PostgreSQL depends on how many rows there are")
    plan = Certificate.objects.matching("abcdef12").explain()
    assert "SCAN certificates_certificate" not in plan
    assert "VIRTUAL TABLE INDEX" in plan
