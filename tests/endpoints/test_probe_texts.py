"""Everything that a probe can find has a sentence, and the sentence says what to do."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path

import pytest

from endpoints.probe_texts import DIFFERENCES, FAILURES, difference_said, failure_said
from pki.address_guard import special_networks
from pki.probe.compare import CODES
from pkiadmin.allow_list import PROBE_PORTS, read_allow_list


def test_every_reason_of_a_failed_look_has_a_sentence() -> None:
    source = "".join(path.read_text() for path in Path("pki/probe").glob("*.py"))
    source += Path("pki/connection.py").read_text()
    reasons = set(re.findall(r'(?:failed\(|_failed\(target, |why=|why = )"([a-z_]+)"', source))
    assert {"not_tls", "auth_refused", "refused", "time"} <= reasons, "the search finds them"
    # Reasons of a single host key stand in a difference, those of the guard have a prefix.
    assert reasons - FAILURES.keys() - {"unsupported", "failed"} == set()
    closed = {f"closed_{kind}" for _, kind in special_networks()}
    assert closed - FAILURES.keys() == set()


def test_every_difference_has_a_sentence_and_advice() -> None:
    assert set(DIFFERENCES) == set(CODES)
    assert all(sentence and advice for sentence, advice in DIFFERENCES.values())


@pytest.mark.parametrize(
    ("code", "host", "address", "entry"),
    [
        ("closed_private", "sftp.example.internal", "10.20.0.7", "sftp.example.internal:2222"),
        ("closed_private", "10.20.0.7", "10.20.0.7", "10.20.0.7:2222"),
        ("closed_private", "fd00::7", "fd00::7", "[fd00::7]:2222"),
        ("closed_loopback", "localhost", "127.0.0.1", "127.0.0.1/32:2222"),
        ("closed_loopback", "::1", "::1", "[::1]/128:2222"),
    ],
)
def test_a_closed_address_names_the_setting_that_opens_it(
    code: str, host: str, address: str, entry: str
) -> None:
    _, remedy = failure_said(code, {"host": host, "address": address, "port": 2222})
    assert f"PKIADMIN_INTERNAL_PROBE_HOSTS to {entry} " in remedy
    (rule,) = read_allow_list("V", [entry], ports=PROBE_PORTS)
    assert rule.opens(host, ip_address(address), 2222)


def test_what_can_never_be_opened_names_no_setting() -> None:
    _, remedy = failure_said(
        "closed_link_local", {"host": "x", "address": "169.254.169.254", "port": 443}
    )
    assert "PKIADMIN" not in remedy


def test_sentences_stand_without_their_data_and_codes_of_a_newer_version_are_shown() -> None:
    assert all(failure_said(code, {})[0] for code in FAILURES)
    assert failure_said("moon_landed", {}) == ("Moon landed.", "")
    (said,) = difference_said([{"code": "probe.moon", "severity": "info", "data": {}}])
    assert said.sentence == "probe.moon"
