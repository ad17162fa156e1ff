"""Names that were made to deceive are shown so that they cannot."""

from __future__ import annotations

import pytest
from django.template import engines

from ui.names import shown_name


def rendered(text: str) -> str:
    page = engines["django"].from_string("{% load ui %}{% name text %}")
    return str(page.render({"text": text})).strip()


@pytest.mark.parametrize(
    ("text", "escape", "meaning"),
    [
        ("a\u202egnp.exe", "\\E2\\80\\AE", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\\E2\\80\\AEgnp.exe", "\\E2\\80\\AE", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("pay\u200bpal.com", "\\E2\\80\\8B", "U+200B ZERO WIDTH SPACE"),
        ("a\r\nSet-Cookie: x", "\\0D\\0A", "U+000D, U+000A"),
        ("a\x00.example", "\\00", "U+0000"),
        ("no\u00a0break", "\\C2\\A0", "U+00A0 NO-BREAK SPACE"),
    ],
)
def test_it_writes_what_does_not_show_as_an_escape_with_a_badge(
    text: str, escape: str, meaning: str
) -> None:
    name = shown_name(text)
    assert name.has_hidden
    assert [(part.text, part.meaning) for part in name.parts if part.meaning] == [(escape, meaning)]
    page = rendered(text)
    assert "hidden characters" in page
    assert not any(character in page for character in "\u202e\u200b\x00\r\u00a0")


def test_it_takes_an_escaped_backslash_for_a_backslash() -> None:
    assert not shown_name("CN=a\\\\0Db").has_hidden


def test_it_escapes_markup() -> None:
    page = rendered("<script>alert(1)</script>\"'><img src=x onerror=alert(1)>")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("text", "unicode"),
    [
        ("xn--bcher-kva.example", "bücher.example"),
        ("CN=XN--BCHER-KVA.example,O=x", "CN=bücher.example,O=x"),
        ("*.xn--bcher-kva.example", "*.bücher.example"),
        ("xn--a.example", "\\C2\\80.example"),
        ("xn--\u00e9.example", ""),
        ("xn--99999999999999999999999999999.example", ""),
        ("not-xn--bcher-kva.example", ""),
        ("plain.example", ""),
    ],
)
def test_it_shows_the_u_label_beside_the_a_label(text: str, unicode: str) -> None:
    name = shown_name(text)
    assert name.unicode == unicode
    assert "".join(part.text for part in name.parts) == text


def test_it_keeps_a_u_label_from_acting() -> None:
    hidden = "a\u202eb".encode("punycode").decode()
    page = rendered(f"xn--{hidden}.example")
    assert "\u202e" not in page
    assert "hidden characters" in page


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("p\u0430ypal.com", True),
        ("xn--pypal-4ve.com", True),
        ("Ωmega", True),
        ("президент.рф", False),
        ("bücher.example", False),
        ("日本語.example", False),
        ("paypal.com", False),
    ],
)
def test_it_marks_words_that_mix_alphabets(text: str, mixed: bool) -> None:
    assert shown_name(text).mixes_alphabets is mixed
