"""What the documents point at is there: files, headings and tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())
    missing = [
        link
        for link in links
        if not link.startswith(("http:", "https:", "mailto:"))
        and not (document.parent / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_and_test_that_is_named_is_there(document: Path) -> None:
    text = document.read_text()
    missing = []
    for path, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text):
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text()):
            missing.append(f"{path}::{name}")
    for path in re.findall(
        r"`((?:pki|ui|jobs|audit|certificates|truststores|pkiadmin)/[\w/]+\.py)`", text
    ):
        placeholder = any(part.isupper() for part in re.split(r"[/.]", path))
        if not placeholder and not (ROOT / path).exists():
            missing.append(path)
    assert missing == []


def test_every_threat_has_a_test() -> None:
    rows = re.findall(
        r"^\| (\d+) \|.*\| ([^|]+) \|$", (ROOT / "docs/threat-model.md").read_text(), re.MULTILINE
    )
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= 21
    assert all("`tests/" in proof for _, proof in rows)
