from __future__ import annotations

import pytest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from ui.http import attachment, file_name, wants_fragment


@pytest.mark.parametrize(
    "wanted",
    [
        "a\r\nSet-Cookie: stolen=1.pem",
        "../../etc/passwd",
        '"; filename="evil.exe',
        "x" * 300 + ".pem",
        "\u202egnp.exe",
        "",
        "...",
        ".htaccess",
        "a\x00b.pem",
        "..\\..\\windows.pem",
    ],
)
def test_it_sends_one_safe_header_line_whatever_the_name(wanted: str) -> None:
    response = attachment(b"x", wanted)
    header = response["Content-Disposition"]
    name = header.removeprefix('attachment; filename="').removesuffix('"')
    assert header == f'attachment; filename="{name}"'
    assert 0 < len(name) <= 100
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not name.startswith(".")
    assert ".." not in name
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("ftps.example.com-chain.pem", "ftps.example.com-chain.pem"),
        ("*.example.com.pem", "example.com.pem"),
        ("Bücher GmbH.pem", "B_cher_GmbH.pem"),
        ("../../x.pem", "x.pem"),
        ("\u0416.pem", "download.pem"),
    ],
)
def test_it_keeps_what_is_harmless_in_a_name(wanted: str, given: str) -> None:
    assert file_name(wanted) == given


def test_a_download_is_neither_kept_nor_guessed_at() -> None:
    response = attachment(b"<html>", "x.pem", "application/x-pem-file")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/x-pem-file"


@pytest.mark.parametrize(
    ("headers", "fragment"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
    ],
)
def test_it_sends_a_fragment_only_to_who_puts_it_into_the_page(
    headers: dict[str, str], fragment: bool
) -> None:
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # as its middleware does
    assert wants_fragment(request) is fragment
