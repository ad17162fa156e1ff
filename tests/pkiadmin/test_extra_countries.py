"""The codes that a site adds to the list of countries, as its environment says them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from pkiadmin.env import read_env


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("", ()),
        ("XK:Kosovo", (("XK", "Kosovo"),)),
        ("XK:Kosovo, AA", (("XK", "Kosovo"), ("AA", ""))),
    ],
)
def test_additions_are_read(
    monkeypatch: pytest.MonkeyPatch, said: str, read: tuple[tuple[str, str], ...]
) -> None:
    monkeypatch.setenv("PKIADMIN_EXTRA_COUNTRIES", said)
    assert read_env().extra_countries == read


@pytest.mark.parametrize("said", ["xk:Kosovo", "XKX", "Kosovo", "X1:Somewhere"])
def test_what_is_no_code_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("PKIADMIN_EXTRA_COUNTRIES", said)
    with pytest.raises(ImproperlyConfigured, match="two capital letters"):
        read_env()
