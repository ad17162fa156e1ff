"""The tests of one console share its inventory: none may bring in names that another looks for."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

FOLDER = Path(__file__).parent
# As in `server("okab.example")`, `authority("Okab root")`, and the word that a walk is told.
_MADE = (
    re.compile(r'"(?:(?:[a-z*-]+|\{\w+\})\.)?([a-z]{4,})\.example'),
    re.compile(r'"([A-Z][a-z]{3,}) (?:root|issuing|other|servers|clients|upload)'),
    re.compile(r'\(page(?:_without_scripts)?, "([A-Z][a-z]{3,})"\)'),
)
_SHARED = frozenset({"download", "hostile", "requests"})


def test_no_two_files_of_tests_make_certificates_of_one_name() -> None:
    users: defaultdict[str, set[str]] = defaultdict(set)
    for path in set(FOLDER.glob("test_*.py")) - {Path(__file__)}:
        text = path.read_text()
        for name in (found for pattern in _MADE for found in pattern.findall(text)):
            users[name.lower()].add(path.name)
    assert len(users) > 50, "the expressions find none any more"
    shared = {name: sorted(files) for name, files in users.items() if len(files) > 1}
    assert {name: files for name, files in shared.items() if name not in _SHARED} == {}
