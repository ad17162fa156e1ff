"""Every reason a job may fail for has a sentence: found by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jobs.error_texts import ERROR_TEXTS, sentence_of

ROOT = Path(__file__).resolve().parents[2]


def raised() -> Iterator[str]:
    for app in ("certificates", "endpoints", "jobs", "truststores"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "id", "") == "JobFailure"
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    yield str(node.args[0].value)


def test_every_reason_has_a_sentence() -> None:
    found = set(raised())
    assert "job.unknown_kind" in found, "the search finds what is there"
    assert found - set(ERROR_TEXTS) == set()


def test_a_sentence_names_the_data_and_stands_without_it() -> None:
    for code in ERROR_TEXTS:
        assert sentence_of(code, {})
    assert "5 times" in sentence_of("job.too_many_attempts", {"attempts": 5})
    assert "odd.code" in sentence_of("odd.code", {})
    assert sentence_of("", {}) == ""
