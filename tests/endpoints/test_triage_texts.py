"""Everything that triage can recognise has words, and the words name the right side."""

from __future__ import annotations

import pytest

from endpoints.event_texts import EVENT_TEXTS
from endpoints.ssh_event_texts import SSH_EVENT_TEXTS
from endpoints.triage_examples import EXAMPLES
from endpoints.triage_texts import SUCCESSES, explain, short_name
from pki.triage.alerts import ALERTS
from pki.triage.meaning import Kind
from pki.triage.phrases import DIALECTS
from pki.triage.phrases.openssl import REASON_NUMBERS
from pki.triage.triage import Finding, triage
from pki.verify.codes import CODES
from tests.pki.triage.phrasings import ROWS

MEANINGS = [
    *(phrase.means for dialect in DIALECTS for phrase in dialect.phrases),
    *(phrase.means for phrase in REASON_NUMBERS.values()),
]


def only(line: str) -> Finding:
    [finding] = triage(line).findings
    return finding


def test_every_event_has_words_and_all_words_an_event() -> None:
    events = {means.event for means in MEANINGS if means.kind is Kind.EVENT}
    assert events == set(EVENT_TEXTS) | set(SSH_EVENT_TEXTS)
    assert {means.event for means in MEANINGS if means.kind is Kind.GOOD} == set(SUCCESSES)


@pytest.mark.parametrize("number", sorted(ALERTS))
def test_every_alert_is_explained(number: int) -> None:
    if number == 0:
        return
    words = explain(only(f"SSL_accept: error: SSL alert number {number}"))
    assert words.official == f"TLS alert {number}"
    assert "{" not in f"{words.who}{words.cause}{words.steps}"
    assert "client" in words.who, "the server wrote it, so the client sent it"


@pytest.mark.parametrize("number", sorted(set(CODES) - {0}))
def test_every_number_is_explained(number: int) -> None:
    words = explain(only(f"error {number} at 0 depth lookup"))
    assert words.official == f"OpenSSL {number}"
    assert words.symbol == CODES[number].symbol
    assert words.cause
    assert words.remedy


def test_every_real_line_is_explained() -> None:
    for row in ROWS:
        words = explain(only(row.line))
        assert words.title
        assert words.cause, row.line
        assert words.steps or words.remedy or row.code == "alert.46", row.line


def test_who_refused_whom_follows_from_who_wrote_the_line() -> None:
    said = "error:0A000418:SSL routines::tlsv1 alert unknown ca"
    of_server = explain(only(f"SSL_accept failed: {said}"))
    assert of_server.who.startswith("The client refused the server's certificate")
    assert of_server.steps[0].who == "The server"
    of_client = explain(only(f"curl: (56) {said}"))
    assert of_client.who.startswith("The server refused the client's certificate")
    unknown = explain(only(said))
    assert unknown.who.startswith("The side that sent the alert refused")


def test_words_that_cover_several_numbers_say_so() -> None:
    words = explain(only("javax.net.ssl.SSLHandshakeException: PKIX path building failed"))
    assert words.official == "OpenSSL 20"
    assert "19 (self-signed certificate in certificate chain)" in words.notes[0]
    assert (
        explain(only("error 20 at 0 depth lookup: unable to get local issuer certificate")).notes
        == ()
    )


def test_number_24_without_its_text_stays_open() -> None:
    [note] = explain(only("verify error:num=24")).notes
    assert "79 since 3.0" in note


def test_codes_have_short_names() -> None:
    assert short_name("verify.21") == "OpenSSL 21 (unable to verify the first certificate)"
    assert short_name("alert.48") == "TLS alert 48 (unknown_ca)"
    assert short_name("tls.closed") == "The connection was cut during TLS"


def test_what_people_are_told_to_paste_is_recognised() -> None:
    for example in EXAMPLES:
        assert triage(example.line).findings, example.line
