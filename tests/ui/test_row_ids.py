"""Ids of rows out of requests."""

from __future__ import annotations

import pytest

from ui.row_ids import row_id


@pytest.mark.parametrize(
    ("text", "found"), [("0", 0), ("7", 7), ("007", 7), (str(2**63 - 1), 2**63 - 1)]
)
def test_what_is_an_id(text: str, found: int) -> None:
    assert row_id(text) == found


@pytest.mark.parametrize(
    "text",
    ["", " 7", "-1", "+1", "1.0", "\u0667", "\u00b2", "7\0", str(2**63), "9" * 5000, "0" * 5000],
)
def test_what_is_none(text: str) -> None:
    assert row_id(text) is None
