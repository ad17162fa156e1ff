"""The order in which the suite is shared out among workers (`tests/sharing.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from tests.sharing import CONSOLE, LONGEST, longest_first, part_of

PROJECT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Named:
    nodeid: str


def test_every_long_part_is_there() -> None:
    assert [part for part in LONGEST if not (PROJECT / part).exists()] == []


def test_the_browser_tests_are_one_part_and_other_files_one_each() -> None:
    assert part_of(f"{CONSOLE}test_keys.py::test_one") == part_of(f"{CONSOLE}test_jobs.py::test_x")
    assert part_of("tests/ui/test_http.py::test_a[b::c]") == "tests/ui/test_http.py"


def test_the_long_ones_come_first_then_files_of_many_and_each_keeps_its_order() -> None:
    nodes = [
        "tests/ui/test_few.py::test_z",
        "tests/ui/test_many.py::test_b",
        f"{CONSOLE}test_keys.py::test_y",
        "tests/ui/test_many.py::test_a",
        f"{CONSOLE}test_jobs.py::test_x",
    ]
    items = [cast("pytest.Item", Named(node)) for node in nodes]
    assert [item.nodeid for item in longest_first(items)] == [
        f"{CONSOLE}test_keys.py::test_y",
        f"{CONSOLE}test_jobs.py::test_x",
        "tests/ui/test_many.py::test_b",
        "tests/ui/test_many.py::test_a",
        "tests/ui/test_few.py::test_z",
    ]
