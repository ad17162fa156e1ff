"""Country codes for the C attribute of a subject (X.520, 6.3.1: ISO 3166-1 alpha-2).

Three groups: the officially assigned codes, from the packaged list of ISO 3166-1; the
exceptionally reserved ones, from the table here; and what a site adds by its setting. Everything
else is refused, each kind with a code of its own, because a CA will refuse it later and by then
the key is made.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import pycountry

from pki.errors import PkiError


class CountryGroup(StrEnum):
    """Which list a code stands on."""

    ASSIGNED = "assigned"
    RESERVED = "reserved"
    SITE = "site"


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    """One code that a subject may carry.

    `name` is the usual English name; `other_names` are further ones in use (the full one of
    ISO 3166-1, say), `former_names` those given up; both are there to be searched. `hint` is a
    code that a page has a sentence for, or empty (`country.uk`: public CAs want GB).
    """

    code: str
    name: str
    group: CountryGroup
    other_names: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    hint: str = ""


class CountryRefused(PkiError):
    """A country code that no subject made here may carry. Data: `country`."""

    code = "country.refused"


class CountryNotTwoLetters(CountryRefused):
    """Not two letters A to Z. Data: `country`."""

    code = "country.not_two_letters"


class CountryLowerCase(CountryRefused):
    """Letters in lower case, of a code that exists in capitals. Data: `country`, `instead`."""

    code = "country.lower_case"


class CountryUserAssigned(CountryRefused):
    """AA, QM to QZ, XA to XZ or ZZ: for private use, without meaning to others. Data: `country`."""

    code = "country.user_assigned"


class CountryFormer(CountryRefused):
    """A code of a state that is no more or changed its code. Data: `country`, `name`."""

    code = "country.former"


class CountryAnotherCode(CountryRefused):
    """A code in use elsewhere, for which ISO 3166-1 has another. Data: `country`, `instead`."""

    code = "country.another_code"


class CountryUnassigned(CountryRefused):
    """Two letters that stand for no country. Data: `country`."""

    code = "country.unassigned"


def _reserved(code: str, name: str, *other_names: str, hint: str = "") -> Country:
    return Country(
        code=code, name=name, group=CountryGroup.RESERVED, other_names=other_names, hint=hint
    )


# "Exceptionally reserved" code elements, read from the ISO Online Browsing Platform
# (https://www.iso.org/obp/ui/#search, Country codes, filter "Exceptionally reserved codes").
# No package has all of them (docs/decisions, 8).
RESERVED: tuple[Country, ...] = (
    _reserved("AC", "Ascension Island"),
    _reserved("CP", "Clipperton Island"),
    _reserved("CQ", "Sark", "Island of Sark"),
    _reserved("DG", "Diego Garcia"),
    _reserved("EA", "Ceuta and Melilla", "Ceuta, Melilla"),
    _reserved("EU", "European Union"),
    _reserved("EZ", "Eurozone", "Euro area"),
    _reserved("FX", "France, Metropolitan", "Metropolitan France"),
    _reserved("IC", "Canary Islands"),
    _reserved("SU", "USSR", "Union of Soviet Socialist Republics", "Soviet Union"),
    _reserved("TA", "Tristan da Cunha"),
    _reserved("UK", "United Kingdom", "Great Britain", hint="country.uk"),
    _reserved("UN", "United Nations"),
)

_USER_ASSIGNED = frozenset(
    {"AA", "ZZ"}
    | {f"Q{letter}" for letter in "MNOPQRSTUVWXYZ"}
    | {f"X{letter}" for letter in string.ascii_uppercase}
)

# Codes that people know from elsewhere (the European Commission's, vehicle signs, top-level
# domains) for countries that have another one; none of them is assigned.
_ANOTHER_CODE = {"EL": "GR", "EN": "GB", "SF": "FI"}

# Former names that the packaged ISO 3166-3 does not lead to: the code stayed, the state had
# several successors, or the name is older than the standard (1974).
_FORMER_NAMES: Mapping[str, tuple[str, ...]] = {
    "AE": ("Trucial States",),
    "BQ": ("Netherlands Antilles",),
    "BW": ("Bechuanaland",),
    "BZ": ("British Honduras",),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "CW": ("Netherlands Antilles",),
    "CZ": ("Czech Republic", "Czechoslovakia"),
    "ET": ("Abyssinia",),
    "FM": ("Trust Territory of the Pacific Islands",),
    "GH": ("Gold Coast",),
    "GY": ("British Guiana",),
    "IR": ("Persia",),
    "KH": ("Kampuchea",),
    "KI": ("Gilbert and Ellice Islands",),
    "LK": ("Ceylon",),
    "LS": ("Basutoland",),
    "LY": ("Libyan Arab Jamahiriya",),
    "ME": ("Serbia and Montenegro", "Yugoslavia"),
    "MK": ("Macedonia", "The former Yugoslav Republic of Macedonia"),
    "MO": ("Macau",),
    "MW": ("Nyasaland",),
    "PS": ("Palestinian Territory, Occupied",),
    "RS": ("Serbia and Montenegro", "Yugoslavia"),
    "SK": ("Czechoslovakia",),
    "SR": ("Dutch Guiana",),
    "SX": ("Netherlands Antilles",),
    "SZ": ("Swaziland",),
    "TH": ("Siam",),
    "TR": ("Turkey",),
    "TV": ("Ellice Islands", "Gilbert and Ellice Islands"),
    "TZ": ("Tanganyika", "Zanzibar"),
    "WS": ("Western Samoa",),
    "ZM": ("Northern Rhodesia",),
}
# Names in everyday use that the list writes otherwise.
_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "BN": ("Brunei",),
    "CD": ("DR Congo", "Congo-Kinshasa"),
    "CG": ("Republic of the Congo", "Congo-Brazzaville"),
    "CC": ("Keeling Islands",),
    "FK": ("Malvinas",),
    "GB": ("Great Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "GR": ("Hellas",),
    "NL": ("Holland",),
    "RU": ("Russia",),
    "US": ("United States of America", "USA"),
    "VA": ("Vatican", "Holy See"),
}


@lru_cache(maxsize=1)
def assigned() -> Mapping[str, Country]:
    """The officially assigned codes of ISO 3166-1 (249 in 2026), by code."""
    former = _former_names_by_successor()
    return {
        listed.alpha_2: _assigned_country(listed, former.get(listed.alpha_2, ()))
        for listed in sorted(pycountry.countries, key=lambda listed: str(listed.alpha_2))
    }


def _assigned_country(listed: pycountry.db.Country, former: tuple[str, ...]) -> Country:
    """One entry of the packaged list; not every entry has every field."""
    code = str(listed.alpha_2)
    names = [
        str(getattr(listed, field))
        for field in ("common_name", "name", "official_name")
        if hasattr(listed, field)
    ]
    former_names = (*former, *_FORMER_NAMES.get(code, ()))
    others = (*names[1:], *_OTHER_NAMES.get(code, ()))
    return Country(
        code=code,
        name=names[0],
        group=CountryGroup.ASSIGNED,
        other_names=tuple(dict.fromkeys(name for name in others if name != names[0])),
        former_names=tuple(dict.fromkeys(former_names)),
    )


def _former_names_by_successor() -> dict[str, tuple[str, ...]]:
    """ISO 3166-3: the last two letters of its four are the code that came after, if there is one."""
    found: dict[str, tuple[str, ...]] = {}
    for historic in pycountry.historic_countries:
        successor = str(historic.alpha_4)[2:]
        found[successor] = (*found.get(successor, ()), str(historic.name))
    return found


@lru_cache(maxsize=1)
def _former_codes() -> Mapping[str, str]:
    """Codes of ISO 3166-3 that are not assigned anew, each with the name that it stood for."""
    taken = {*assigned(), *(country.code for country in RESERVED)}
    return {
        str(historic.alpha_2): str(historic.name)
        for historic in pycountry.historic_countries
        if str(historic.alpha_2) not in taken
    }


def countries(extra: Iterable[tuple[str, str]] = ()) -> tuple[Country, ...]:
    """Every code that may be chosen: assigned by name, then reserved, then the site's by code.

    `extra` are the site's additions as pairs of code and name.
    """
    by_name = sorted(assigned().values(), key=lambda country: _folded(country.name))
    known = {*assigned(), *(country.code for country in RESERVED)}
    additions = {code: name for code, name in extra if code not in known}
    return (
        *by_name,
        *RESERVED,
        *(
            Country(code=code, name=additions[code] or code, group=CountryGroup.SITE)
            for code in sorted(additions)
        ),
    )


def check_country(code: str, extra: Iterable[tuple[str, str]] = ()) -> str:
    """The code, if a subject may carry it; blank is allowed and comes back as blank.

    Raises `CountryNotTwoLetters`, `CountryLowerCase`, `CountryUserAssigned`, `CountryFormer`,
    `CountryAnotherCode` or `CountryUnassigned`.
    """
    if not code:
        return ""
    additions = dict(extra)
    if _is_offered(code, additions):
        return code
    shown = code[:16]
    if len(code) != 2 or not (code.isascii() and code.isalpha()):
        raise CountryNotTwoLetters(country=shown)
    capitals = code.upper()
    if code != capitals and _is_offered(capitals, additions):
        raise CountryLowerCase(country=shown, instead=capitals)
    if capitals in _USER_ASSIGNED:
        raise CountryUserAssigned(country=shown)
    if capitals in _ANOTHER_CODE:
        raise CountryAnotherCode(country=shown, instead=_ANOTHER_CODE[capitals])
    if capitals in _former_codes():
        raise CountryFormer(country=shown, name=_former_codes()[capitals])
    raise CountryUnassigned(country=shown)


def check_additions(extra: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The site's additions, for the start of the console: two capital letters each.

    User-assigned codes may be added: that is what they are for. Raises `CountryNotTwoLetters`.
    """
    checked = []
    for code, name in extra:
        if len(code) != 2 or not all(letter in string.ascii_uppercase for letter in code):
            raise CountryNotTwoLetters(country=code[:16])
        checked.append((code, name))
    return tuple(checked)


def _is_offered(code: str, additions: Mapping[str, str]) -> bool:
    return code in assigned() or code in _RESERVED_CODES or code in additions


_RESERVED_CODES = frozenset(country.code for country in RESERVED)


def find(code: str, extra: Iterable[tuple[str, str]] = ()) -> Country | None:
    """The country of a code; None for one that is not offered (imported names may hold any)."""
    return next((country for country in countries(extra) if country.code == code), None)


def search(text: str, extra: Iterable[tuple[str, str]] = ()) -> tuple[Country, ...]:
    """Countries by code, name, other or former name; best fits first, all of them for no text.

    Case and accents do not matter. A code comes before a name that starts with the text, that
    before a word of a name, that before a former name, that before any part.
    """
    wanted = _folded(text.strip())
    if not wanted:
        return countries(extra)
    ranked = [
        (rank, position, country)
        for position, country in enumerate(countries(extra))
        if (rank := _rank(country, wanted)) is not None
    ]
    return tuple(country for _, _, country in sorted(ranked, key=lambda found: found[:2]))


def _rank(country: Country, wanted: str) -> int | None:
    if country.code.casefold() == wanted:
        return 0
    names = [_folded(name) for name in (country.name, *country.other_names)]
    former = [_folded(name) for name in country.former_names]
    if any(name.startswith(wanted) for name in names):
        return 1
    if any(f" {wanted}" in name for name in names):
        return 2
    if any(name.startswith(wanted) or f" {wanted}" in name for name in former):
        return 3
    if any(wanted in name for name in (*names, *former)):
        return 4
    return None


def _folded(text: str) -> str:
    """Lower case without accents, so that `aland` finds Åland and `cote` Côte."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
