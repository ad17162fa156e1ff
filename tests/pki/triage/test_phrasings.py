"""Every phrasing of the table is recognised for what it is; other lines for nothing."""

from __future__ import annotations

import pytest

from pki.triage.alerts import ALERTS
from pki.triage.lines import read_lines
from pki.triage.meaning import Kind
from pki.triage.phrases import DIALECTS
from pki.triage.triage import triage
from tests.pki.triage.phrasings import ROWS, UNKNOWN, Row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.line[:60])
def test_it_says_what_a_real_line_tells_of(row: Row) -> None:
    [finding] = triage(row.line).findings
    assert finding.code == row.code
    for name, value in row.expected.items():
        found = getattr(finding, name)
        if name == "also":
            assert value in found
        else:
            assert (found.value if hasattr(found, "value") else found) == value, name


@pytest.mark.parametrize("line", UNKNOWN, ids=lambda line: line[:40] or "empty")
def test_it_recognises_nothing_in_other_lines(line: str) -> None:
    assert triage(line).findings == ()


def test_no_line_is_its_own_tables_sentence() -> None:
    """The lines are whole: what surrounds a phrase is there as well, in all but names of errors."""
    sentences = {phrase.text for dialect in DIALECTS for phrase in dialect.phrases}
    bare = [row.line for row in ROWS if row.line.lower().strip(" .") in sentences]
    # These programs print nothing else on the line.
    assert [line for line in bare if line not in WHOLE_LINES] == []
    assert len(ROWS) - len(bare) >= 150


WHOLE_LINES = {
    "no peer certificate available",
    "Host key verification failed.",
    "Server refused our key",
    "550 SSL/TLS required on the control channel",
    "sign_and_send_pubkey: no mutual signature supported",
    "503 Use AUTH first.",
    "NET::ERR_CERT_AUTHORITY_INVALID",
}


def test_phrases_are_written_so_that_they_can_match() -> None:
    for dialect in DIALECTS:
        for phrase in dialect.phrases:
            [line] = read_lines(phrase.text).lines
            assert line.small == phrase.text.rstrip(), "a phrase in capitals never matches"
            assert len(phrase.text) >= 6, "so short a phrase is in everything"
            if phrase.means.kind is Kind.ALERT:
                assert phrase.means.number in ALERTS
