"""Eight writers at once on SQLite: each waits for its turn, and none is told that it is locked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "writing.py"
WRITERS = 8
# FAULT_WRITES=1000 for the full measure, which takes a minute or two.
WRITES = int(os.environ.get("FAULT_WRITES", "60"))


@pytest.mark.timeout(600)
def test_no_writer_is_told_that_the_database_is_locked(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path), str(WRITERS), str(WRITES)],
        capture_output=True,
        text=True,
        check=False,
        timeout=590,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "refused": {},
        "labels": WRITERS * WRITES,
        "events": WRITERS * WRITES,
        "first_bad": None,
    }
