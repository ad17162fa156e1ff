"""Every code that the console records has a sentence: found by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from audit.action_texts import ACTIONS, sentence_of

ROOT = Path(__file__).resolve().parents[2]
APPS = ("audit", "certificates", "endpoints", "jobs", "pkiadmin", "truststores")
# The functions that record, and where in their arguments the code stands.
RECORDERS = {"record": None, "record_act": 1, "_record": 1}


def recorded() -> Iterator[str]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    yield from codes_of(node)


def codes_of(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name not in RECORDERS:
        return
    place = RECORDERS[name]
    given = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
    if place is not None:
        given += call.args[place : place + 1]
    for argument in given:
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_recorded_code_has_a_sentence() -> None:
    found = set(recorded())
    assert {"job.rerun", "person.deactivated"} <= found, "the search finds what is there"
    assert found - set(ACTIONS) == set()


def test_a_sentence_stands_without_its_data() -> None:
    for code in ACTIONS:
        assert sentence_of(code, "", {})
    assert sentence_of("person.added", "anna", {"role": "auditor"}) == "added anna as auditor"


def test_a_code_of_a_newer_version_is_shown_as_it_is() -> None:
    assert sentence_of("moon.landed", "x", {}) == "moon.landed"
