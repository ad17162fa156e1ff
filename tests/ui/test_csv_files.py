"""Threat 16: a cell of a CSV file opens as text, whoever chose it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from ui.csv_files import cell, stream_csv


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("https://evil.example","click")',
        "+1-800",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        " =1+1",
        "\u00a0=1+1",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A1",
    ],
)
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    written = cell(text)
    assert written.startswith("'")
    assert "\r" not in written
    assert "\n" not in written


@pytest.mark.parametrize("text", ["ftp.example.org", "CN=ftp.example.org,O=Acme", "O'Brien", ""])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_what_reorders_text_or_does_not_show_is_escaped() -> None:
    assert cell("a\u202eb\u200bc\x00") == "a\\E2\\80\\AEb\\E2\\80\\8Bc\\00"


def test_quotes_and_separators_do_not_end_a_cell() -> None:
    hostile = 'x","=1+1\r\n=2","'
    answer = stream_csv(
        "list.csv", ["a", "b"], [[hostile, 7], [None, datetime(2027, 3, 1, tzinfo=UTC)]]
    )
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]  # sync
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 3
    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[1] == ['x","=1+1\\0D\\0A=2","', "7"]
    assert rows[2] == ["", "2027-03-01T00:00:00Z"]


def test_the_file_is_neither_kept_nor_shown() -> None:
    answer = stream_csv('a"b\r\nSet-Cookie: x.csv', ["a"], [])
    assert answer["Content-Disposition"] == 'attachment; filename="a_b_Set-Cookie_x.csv"'
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
