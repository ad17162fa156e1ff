"""Every code of a judgement has words, every placeholder has data, every remedy is known."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import pki.endpoints
from endpoints.judgement_acts import _ACTS
from endpoints.judgement_texts import JUDGEMENT_TEXTS
from pki.endpoints.codes import CODES, REMEDIES

CORE = Path(pki.endpoints.__file__).parent
WITHOUT_ACT = {"wait"}


def test_the_tables_hold_together() -> None:
    assert JUDGEMENT_TEXTS.keys() == CODES.keys()
    assert {remedy for _, remedy in CODES.values() if remedy} == REMEDIES
    assert _ACTS.keys() | WITHOUT_ACT == REMEDIES


def test_every_code_is_found_by_something() -> None:
    """A code that nothing gives is a sentence that nobody will read."""
    core = "".join(path.read_text() for path in CORE.glob("*.py"))
    for code in CODES:
        side, _, name = code.partition(".")
        spelt = {code, name} if side in ("server", "client") else {code}
        if side == "key":
            spelt = {"key.{presented.key_state}"} | ({code} if code == "key.not_held" else set())
        assert any(f'"{one}"' in core for one in spelt), code


@pytest.mark.parametrize("code", sorted(JUDGEMENT_TEXTS))
def test_the_words_are_sentences(code: str) -> None:
    headline, says, remedy = JUDGEMENT_TEXTS[code]
    assert headline[0].isupper()
    assert not headline.endswith(".")
    assert len(headline) <= 60
    assert says.endswith(".")
    assert not remedy or remedy.endswith(".")
    assert "  " not in says + remedy
    named = {name for text in (says, remedy) for _, name, _, _ in Formatter().parse(text) if name}
    assert named <= DATA, named - DATA
    assert not re.search(r"[{}]", headline)


DATA = {
    "account",
    "anchor",
    "below",
    "certificate",
    "cn",
    "depth",
    "ending",
    "host",
    "issuer",
    "key",
    "kind",
    "names",
    "number",
    "reason",
    "refused",
    "service",
    "state",
    "store",
    "successor",
    "text",
    "until",
    "why",
}
