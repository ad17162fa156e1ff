"""The rehearsal against what really happens on a loopback connection with the same files."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pki.findings import Severity
from pki.handshake.outcome import Direction, Judgement, Outcome, Reason, Side
from pki.handshake.rehearse import rehearse
from pki.verify import openssl
from tests.pki.handshake.pairs import KINDS, NOW, Pair, make_pair
from tests.pki.handshake.real import Seen, by_python, by_the_commands, write_files

# Passed with 500 and with 2,000 as well; each starts four processes or so.
CASES = int(os.environ.get("HANDSHAKE_CASES", "60"))
SEED = int(os.environ.get("HANDSHAKE_SEED", "0"))
PER_TEST = 10
COMMAND = shutil.which("openssl")


def _same_version() -> bool:
    if COMMAND is None:
        return False
    shown = subprocess.run([COMMAND, "version"], capture_output=True, text=True, check=True).stdout
    return shown.split(" (")[0].strip() == openssl.version()


pytestmark = pytest.mark.skipif(
    not _same_version(), reason="no openssl command of the version that Python runs"
)


def _rehearsed(pair: Pair) -> Outcome:
    return rehearse(server=pair.server, client=pair.client, moment=NOW, maximum=pair.maximum)


def _said(direction: Direction) -> tuple[int, int] | None:
    first = direction.first
    return (first.number, first.depth) if first is not None else None


def _check(folder: Path, seed: int) -> None:
    pair = make_pair(seed)
    outcome = _rehearsed(pair)
    write_files(folder, pair)
    assert COMMAND is not None
    real = by_the_commands(COMMAND, folder, pair)
    told = (seed, pair.faults, outcome, real)
    errors = [fault for fault in outcome.findings if fault.severity is Severity.ERROR]
    assert real.started is not bool(errors), told
    if not real.started:
        return
    assert outcome.connected is real.connected, told
    _compare(outcome.server, real.client, told)
    _compare(outcome.client, real.server, told)
    if outcome.alert is not None:
        receiver = real.server if outcome.alert.sender is Side.CLIENT else real.client
        assert receiver.alert == outcome.alert.number, told
    if outcome.client.hypothetical:
        # What the server would say, if only the client did not refuse it.
        lenient = by_the_commands(COMMAND, folder, pair, client_refuses=False)
        _compare(replace(outcome.client, hypothetical=False), lenient.server, (told, lenient))
    _same_without_keys(pair, outcome)


def _compare(direction: Direction, peer: Seen, told: object) -> None:
    if direction.hypothetical or direction.judgement in (
        Judgement.NOT_ASKED,
        Judgement.NOT_REACHED,
    ):
        # A client that takes any server prints what it finds all the same.
        return
    assert _said(direction) == peer.error, told
    assert (direction.reason is Reason.NO_CERTIFICATE) is peer.missed, told
    refused = peer.error is not None or peer.missed
    assert (direction.judgement is Judgement.REFUSED) is refused, told


def _same_without_keys(pair: Pair, outcome: Outcome) -> None:
    """Stand-ins change nothing but the proof."""
    again = _rehearsed(
        replace(
            pair,
            server=replace(pair.server, key=None),
            client=replace(pair.client, key=None),
        )
    )
    assert again.connected is outcome.connected
    assert again.alert == outcome.alert
    for mine, other in ((outcome.server, again.server), (outcome.client, again.client)):
        assert replace(mine, proven=False, stand_in=False) == replace(other, stand_in=False)
        assert not other.proven


@pytest.mark.parametrize("first", range(SEED, SEED + CASES, PER_TEST))
def test_openssls_own_programs_do_the_same(tmp_path: Path, first: int) -> None:
    for seed in range(first, min(first + PER_TEST, SEED + CASES)):
        _check(tmp_path, seed)


@pytest.mark.parametrize("first", range(SEED, SEED + CASES, PER_TEST * 3))
def test_pythons_ssl_raises_the_same(tmp_path: Path, first: int) -> None:
    for seed in range(first, min(first + PER_TEST, SEED + CASES)):
        pair = make_pair(seed)
        outcome = _rehearsed(pair)
        write_files(tmp_path, pair)
        told = (seed, pair.faults, outcome)
        if any(fault.severity is Severity.ERROR for fault in outcome.findings):
            with pytest.raises(ssl.SSLError):
                by_python(tmp_path, pair)
            continue
        connected, at_client, at_server = by_python(tmp_path, pair)
        assert connected is outcome.connected, told
        by_client, by_server = _said(outcome.server), _said(outcome.client)
        assert (by_client and by_client[0]) == at_client, told
        if not outcome.client.hypothetical:
            assert (by_server and by_server[0]) == at_server, told


def test_every_fault_is_among_the_cases() -> None:
    seen = {fault for seed in range(KINDS * 2) for fault in make_pair(seed).faults}
    assert len(seen) == KINDS
