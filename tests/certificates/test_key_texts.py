"""Every code of the key modules has words, and every placeholder is filled where it is raised."""

from __future__ import annotations

import ast
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.key_texts import (
    ERROR_TEXTS,
    KEY_FINDING_TEXTS,
    LIMIT_TEXTS,
    NAME_TEXTS,
    SANDBOX_TEXTS,
    error_said,
    key_said,
)
from pki import (
    countries,
    findings,
    host_names,
    key_faces,
    key_findings,
    key_generation,
    openssl_config,
)
from pki.csr import build
from pki.csr.spec import RequestSpec, Subject
from pki.errors import LimitExceeded, PkiError, SandboxKilled
from pki.formats import export_key, key_wire
from pki.host_names import NameRefused
from pki.key_findings import key_finding
from pki.preflight import preflight

PKI = Path(__file__).resolve().parents[2] / "pki"
MODULES = (build, countries, export_key, host_names, key_faces, key_generation, openssl_config)


def placeholders(texts: tuple[str, str]) -> set[str]:
    return {
        name
        for text in texts
        for _, name, _, _ in string.Formatter().parse(text)
        if name is not None
    }


def raised() -> dict[str, list[set[str]]]:
    """Each code of a finding that is written out in the core, with the data given to it."""
    given: dict[str, list[set[str]]] = {}
    for path in PKI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "key_finding"
                and isinstance(node.args[0], ast.Constant)
            ):
                words = {word.arg for word in node.keywords if word.arg} - {"place"}
                given.setdefault(str(node.args[0].value), []).append(words)
    return given


def own_errors() -> list[type[PkiError]]:
    found = {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, PkiError)
        and value.__module__ == module.__name__
    }
    return sorted(found, key=lambda error: error.code)


def test_every_finding_has_words_and_no_words_are_left_over() -> None:
    assert set(KEY_FINDING_TEXTS) == set(key_findings.CODES)
    assert not set(key_findings.CODES) & set(findings.CODES)


def test_every_placeholder_is_given_at_every_place() -> None:
    given = raised()
    assert len(given) > 40
    # The data of a refused country is that of its error, passed on as it is.
    given["request.country_refused"] = [{"country"}]
    for code, calls in given.items():
        for words in calls:
            assert placeholders(KEY_FINDING_TEXTS[code]) <= words, code


def test_every_error_of_the_key_modules_has_words() -> None:
    errors = own_errors()
    assert len(errors) > 12
    for error in errors:
        if error is not NameRefused:
            assert error.code in ERROR_TEXTS


def test_every_limit_of_a_key_file_is_named() -> None:
    for limit in key_wire._LIMIT_NAMES:
        sentence, advice = error_said(LimitExceeded(limit=limit, value=7, maximum=5))
        assert "5" in sentence
        assert "?" not in sentence
        assert advice
        assert limit in LIMIT_TEXTS


def test_every_end_of_the_child_has_words() -> None:
    for why in ("time", "memory", "crash"):
        assert error_said(SandboxKilled(why=why)) == SANDBOX_TEXTS[why]


@pytest.mark.parametrize("why", NAME_TEXTS)
def test_every_refusal_of_a_name_has_words(why: str) -> None:
    sentence, _ = error_said(NameRefused(kind="dns", value="x.example", why=why))
    assert "{" not in sentence
    assert why in (NameRefused.__doc__ or "")


def test_a_finding_in_a_file_names_its_line() -> None:
    said = key_said(key_finding("keyfile.damaged", place="line 7", why="base64"))
    assert said.sentence == "Line 7: There is a key here that cannot be read: base64."
    shared = key_said(findings.finding("key.rsa_small", size=1024))
    assert "1024" in shared.sentence


def test_a_refused_country_says_what_to_write_instead() -> None:
    spec = RequestSpec(subject=Subject(country="gb", common_name="a.example.net"))
    (found,) = preflight(spec, None, datetime(2026, 3, 1, tzinfo=UTC))
    assert key_said(found).advice == "Use GB."
