"""A console of its own for tests that break it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.console import Console


@pytest.fixture(scope="module")
def console() -> Iterator[Console]:
    # A short path: the folder holds a Unix socket.
    folder = Path(tempfile.mkdtemp(prefix="pkiadmin-faults-"))
    (folder / "tmp").mkdir()
    running = Console(folder / "data", TMPDIR=str(folder / "tmp")).start()
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)
