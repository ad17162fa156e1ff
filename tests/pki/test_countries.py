"""The country codes that a subject may carry: 249 assigned and 13 reserved, and no other pair."""

from __future__ import annotations

import itertools
import string

import pycountry
import pytest

from pki.countries import (
    RESERVED,
    CountryAnotherCode,
    CountryFormer,
    CountryGroup,
    CountryLowerCase,
    CountryNotTwoLetters,
    CountryRefused,
    CountryUnassigned,
    CountryUserAssigned,
    check_additions,
    check_country,
    countries,
    find,
    search,
)

OFFICIAL = {country.alpha_2 for country in pycountry.countries}
EXCEPTIONALLY_RESERVED = {
    "AC",
    "CP",
    "CQ",
    "DG",
    "EA",
    "EU",
    "EZ",
    "FX",
    "IC",
    "SU",
    "TA",
    "UK",
    "UN",
}


def test_it_takes_exactly_the_assigned_and_the_exceptionally_reserved_codes() -> None:
    accepted = set()
    for pair in map("".join, itertools.product(string.ascii_uppercase, repeat=2)):
        try:
            accepted.add(check_country(pair))
        except CountryRefused:
            continue
    assert len(OFFICIAL) == 249
    assert accepted == OFFICIAL | EXCEPTIONALLY_RESERVED
    assert len(accepted) == 262


def test_it_refuses_every_pair_in_lower_or_mixed_case() -> None:
    for first, second in itertools.product(string.ascii_lowercase, repeat=2):
        for pair in (first + second, first.upper() + second, first + second.upper()):
            with pytest.raises(CountryRefused):
                check_country(pair)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("gb", CountryLowerCase),
        ("uK", CountryLowerCase),
        ("AA", CountryUserAssigned),
        ("QM", CountryUserAssigned),
        ("QZ", CountryUserAssigned),
        ("XA", CountryUserAssigned),
        ("XZ", CountryUserAssigned),
        ("ZZ", CountryUserAssigned),
        ("zz", CountryUserAssigned),
        ("EL", CountryAnotherCode),
        ("AN", CountryFormer),
        ("YU", CountryFormer),
        ("BX", CountryUnassigned),
        ("QL", CountryUnassigned),
        ("G", CountryNotTwoLetters),
        ("GBR", CountryNotTwoLetters),
        ("G1", CountryNotTwoLetters),
        ("ẞẞ", CountryNotTwoLetters),
        ("\uff27\uff22", CountryNotTwoLetters),
        (" GB", CountryNotTwoLetters),
        ("GB\n", CountryNotTwoLetters),
    ],
)
def test_each_kind_of_wrong_code_has_an_error_of_its_own(
    code: str, refusal: type[CountryRefused]
) -> None:
    with pytest.raises(CountryRefused) as caught:
        check_country(code)
    assert type(caught.value) is refusal


def test_a_refusal_names_the_code_to_use_instead() -> None:
    with pytest.raises(CountryLowerCase) as lower:
        check_country("gb")
    assert lower.value.data["instead"] == "GB"
    with pytest.raises(CountryAnotherCode) as greek:
        check_country("EL")
    assert greek.value.data["instead"] == "GR"


def test_blank_is_allowed() -> None:
    assert check_country("") == ""


def test_the_site_adds_codes_in_a_group_of_their_own() -> None:
    extra = [("XK", "Kosovo")]
    assert check_country("XK", extra) == "XK"
    assert countries(extra)[-1].group is CountryGroup.SITE
    assert [country.code for country in search("kosovo", extra)] == ["XK"]
    with pytest.raises(CountryUserAssigned):
        check_country("XK")


def test_the_site_cannot_rename_a_code_or_add_nonsense() -> None:
    assert find("DE", [("DE", "Elsewhere")]) == find("DE")
    for nonsense in ("xk", "XKX", "X1", ""):
        with pytest.raises(CountryNotTwoLetters):
            check_additions([(nonsense, "")])


def test_the_reserved_codes_are_a_group_and_only_uk_has_a_hint() -> None:
    assert {country.code for country in RESERVED} == EXCEPTIONALLY_RESERVED
    assert all(country.group is CountryGroup.RESERVED for country in RESERVED)
    assert [country.code for country in countries() if country.hint] == ["UK"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de", "DE"),
        ("germany", "DE"),
        ("aland", "AX"),
        ("COTE", "CI"),
        ("ivory", "CI"),
        ("swaziland", "SZ"),
        ("burma", "MM"),
        ("zaire", "CD"),
        ("upper volta", "BF"),
        ("yugoslavia", "RS"),
        ("turkey", "TR"),
        ("england", "GB"),
        ("south korea", "KR"),
        ("holland", "NL"),
        ("uk", "UK"),
        ("soviet", "SU"),
    ],
)
def test_a_country_is_found_by_code_name_or_former_name(text: str, code: str) -> None:
    assert code in [country.code for country in search(text)][:2]


def test_no_text_lists_them_all_and_nonsense_none() -> None:
    assert len(search("  ")) == 262
    assert search("qqqq") == ()
