"""How the suite is shared out among the workers of pytest-xdist: file by file, the longest first.

What a file sets up once is then set up once in the run, and not once in each worker. The browser
tests are one part: their console starts once, its objects are made once, and the minute for which
the lease of a killed import runs on is filled with other tests.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadScopeScheduling

CONSOLE = "tests/e2e/"
# In the order in which they are begun, so that no worker is left alone with one of them at the end.
LONGEST = (
    CONSOLE,
    "tests/pkiadmin/test_up.py",
    "tests/faults/test_running_console.py",
    "tests/certificates/views/test_imports.py",
    "tests/pki/kits/test_peers.py",
    "tests/endpoints/kits/test_download.py",
    "tests/truststores/test_crl_sources.py",
    "tests/pki/formats/test_export_key.py",
)


def part_of(nodeid: str) -> str:
    """What is run by one worker in one go."""
    return CONSOLE if nodeid.startswith(CONSOLE) else nodeid.split("::", 1)[0]


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The known long ones, then files of many tests before files of few."""
    sizes: dict[str, int] = {}
    for item in items:
        part = part_of(item.nodeid)
        sizes[part] = sizes.get(part, 0) + 1

    def turn(item: pytest.Item) -> tuple[int, int]:
        part = part_of(item.nodeid)
        return (LONGEST.index(part) if part in LONGEST else len(LONGEST), -sizes[part])

    return sorted(items, key=turn)


class ByPart(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """Hands out whole parts, in the order in which the tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)
