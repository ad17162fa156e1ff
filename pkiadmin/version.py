"""The running version, from the one place where it is written."""

from __future__ import annotations

import re

from pkiadmin.env import PROJECT_FOLDER


def running_version() -> str:
    """The first heading of the changelog that names a version."""
    changelog = (PROJECT_FOLDER / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    return found[1] if found else "unknown"
