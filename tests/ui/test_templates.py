"""What holds for every template: nothing inline, nothing from elsewhere, a comment on its context."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
STYLES = sorted((FOLDER / "static").rglob("*.css"))
SCRIPTS = sorted((FOLDER / "static").rglob("*.js"))
SCRIPT = re.compile(r"<script\b[^>]*>", re.IGNORECASE)


def ids(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_no_template_holds_inline_script_or_style(path: Path) -> None:
    text = path.read_text()
    for tag in SCRIPT.findall(text):
        # A data block is not run by any browser, and no policy forbids it.
        assert 'src="{% asset' in tag or 'type="application/json"' in tag, tag
    assert not re.search(r"<style\b", text, re.IGNORECASE)
    assert not re.search(r"<[^>]*\sstyle\s*=", text, re.IGNORECASE)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=\s*[\"']", text, re.IGNORECASE)
    assert not re.search(r"\bhx-on\b|javascript:|hx-vals=[\"']js:", text, re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_no_template_marks_text_as_safe_or_asks_another_host(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape\s+off", text)
    assert not re.search(r"(src|href|action)=[\"'](https?:)?//", text)


@pytest.mark.parametrize("path", STYLES, ids=ids)
def test_no_style_asks_another_host(path: Path) -> None:
    for address in re.findall(r"url\(([^)]*)\)|@import\s+([^;]+)", path.read_text()):
        assert "".join(address).strip("\"' ").startswith("data:image/svg+xml,")


@pytest.mark.parametrize("path", SCRIPTS, ids=ids)
def test_no_script_writes_style_or_evaluates_text(path: Path) -> None:
    assert not re.search(r"\beval\(|new Function|innerHTML|\.style\b|https?://", path.read_text())
