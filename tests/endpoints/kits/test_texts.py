"""Every code that a kit may meet has its sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import pki
from endpoints.kit_texts import attempt_shown, content_said, kit_said, proof_shown
from pki.kits.archive import ArchiveWrong
from pki.kits.contents import Kind, contents_of
from pki.kits.guard import KitLeaks
from pki.kits.meeting import KitRefused, Protocol, Side
from tests.pki.kits.made import client_pair, kit_of, proof_of

CORE = Path(next(iter(pki.__path__)))


def test_every_reason_for_a_refusal_has_a_sentence() -> None:
    text = "".join(path.read_text() for path in (CORE / "kits").glob("*.py"))
    reasons = set(re.findall(r'KitRefused\(\s*why="([a-z_]+)"', text))
    assert len(reasons) > 8
    for why in reasons:
        said = kit_said(KitRefused(why=why, value="x"))
        assert said != "kit.refused"
        assert "{" not in said


@pytest.mark.parametrize(
    "error", [KitLeaks(why="foreign_key", file="a"), ArchiveWrong(why="name", file="a")]
)
def test_a_fault_says_what_did_not_leave(error: KitLeaks | ArchiveWrong) -> None:
    assert "was not handed out" in kit_said(error)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("protocol", Protocol)
def test_every_file_is_told(side: Side, protocol: Protocol) -> None:
    contents = contents_of(side, protocol=protocol, other=client_pair().shown, key_here=True)
    assert {one.kind for one in contents} == set(Kind)
    assert all(content_said(one, side) for one in contents)


def test_every_fault_of_a_side_has_its_own_words() -> None:
    text = "".join(path.read_text() for path in (CORE / "handshake").glob("*.py"))
    codes = set(re.findall(r'"(setup\.[a-z_]+)"', text))
    # No side of a kit is without a certificate, and what is accepted comes from the inventory.
    codes -= {"setup.no_certificate", "setup.trust_unreadable"}
    failed = replace(
        proof_of(kit_of()).attempts[0], passed=False, connected=False, fault_side="client"
    )
    for code in codes:
        shown = attempt_shown(replace(failed, fault=code))
        assert shown.went.startswith("The client could not begin: ")
        assert shown.advice


def test_a_proof_is_told_line_by_line() -> None:
    told = proof_shown(proof_of(kit_of()))
    assert all(one.passed for one in told)
    assert not any(one.advice for one in told)
    assert told[0].went.startswith("Connected, TLSv1.3")
    assert "error 18 at depth 0: self-signed certificate" in {one.diagnostic for one in told}
