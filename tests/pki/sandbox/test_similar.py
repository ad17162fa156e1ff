"""What is handed over to make a request like it is read in a child."""

from __future__ import annotations

import json

import pytest

from pki.errors import LimitExceeded, NotDecodable, SandboxKilled
from pki.limits import DEFAULT
from pki.sandbox.similar import similar_of
from pki.similar import similar
from tests.pki.chains import make_ca, make_leaf

LEAF = make_leaf("ftps.example.com", make_ca("Root"), addresses=["192.0.2.7"]).der


def test_the_child_finds_what_the_reader_finds() -> None:
    assert similar_of(LEAF) == similar(LEAF)


def test_what_is_neither_says_so() -> None:
    with pytest.raises(NotDecodable) as refused:
        similar_of(b"neither")
    assert refused.value.data == similar_data(b"neither")


def similar_data(data: bytes) -> dict[str, str | int]:
    with pytest.raises(NotDecodable) as refused:
        similar(data)
    return {key: refused.value.data[key] for key in ("what", "why")}


def test_what_is_too_large_is_not_read() -> None:
    with pytest.raises(LimitExceeded) as refused:
        similar_of(b"\x30" * (DEFAULT.certificate_bytes + 1))
    assert refused.value.data["limit"] == "certificate_bytes"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"what": 1, "why": "x"}',
        b'{"why": "x"}',
        b'{"spec": {}, "left_out": []}',
        b'{"spec": [], "left_out": []}',
        json.dumps({"spec": similar(LEAF).spec.to_json(), "left_out": [7]}).encode(),
    ],
)
def test_a_child_gone_bad_is_not_believed(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr("pki.sandbox.similar.run_child", lambda *_, **__: said)
    with pytest.raises(SandboxKilled) as refused:
        similar_of(LEAF)
    assert refused.value.data["why"] == "crash"
