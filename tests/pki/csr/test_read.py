"""Requests of other people, damaged ones, and those beyond a limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from pki.certificate import AltName
from pki.csr.build import build_request
from pki.csr.read import parse_request
from pki.csr.spec import Subject
from pki.errors import LimitExceeded, NotDecodable
from pki.limits import Limits
from pki.similar import similar
from tests.pki.csr.asked import SPEC
from tests.pki.real_tools import run


def test_a_request_of_openssl_with_a_password_and_ca_true_has_findings(
    tmp_path: Path, made_keys: dict[str, bytes]
) -> None:
    (tmp_path / "c.cnf").write_text(
        "[req]\nprompt=no\ndistinguished_name=d\nattributes=a\nreq_extensions=e\n"
        "[d]\nCN=old.example\nOU=one\n1.OU=two\nC=UK\n[a]\nchallengePassword=secret\n"
        "[e]\nbasicConstraints=critical,CA:TRUE\nsubjectAltName=DNS:a.example,dirName:d\n"
    )
    (tmp_path / "k.pem").write_bytes(
        run("openssl", "pkey", "-inform", "DER", data=made_keys["P-256"])
    )
    data = run(
        *("openssl", "req", "-new", "-config", tmp_path / "c.cnf", "-key", tmp_path / "k.pem"),
        *("-outform", "DER"),
    )
    facts = parse_request(data)
    codes = {found.code for found in facts.findings}
    assert {"request.asks_ca", "request.challenge_password", "name.country_uk"} <= codes
    assert facts.asks_ca
    assert "secret" not in repr(facts.findings)
    like = similar(data)
    assert like.left_out[0] == "ca"
    assert any(left.startswith("dirname:") for left in like.left_out)
    assert like.spec.subject == Subject(
        common_name="old.example", organizational_unit="two", country="UK"
    )
    assert like.spec.alt_names == (AltName(kind="dns", value="a.example"),)


def test_a_changed_request_has_an_invalid_signature(key: bytes) -> None:
    request = bytearray(build_request(SPEC, key))
    at = request.index(b"sftp.example.com")
    request[at : at + 4] = b"SFTP"
    facts = parse_request(bytes(request))
    assert facts.signature_valid is False
    assert "request.signature_invalid" in [found.code for found in facts.findings]


def test_what_is_no_request_is_not_decodable(key: bytes) -> None:
    request = build_request(SPEC, key)
    for data in (b"", b"0", request[:-1], request + b"\0", b"\x30\x80" + request, bytes(500)):
        with pytest.raises(NotDecodable):
            parse_request(data)
    for at in range(len(request)):
        changed = bytearray(request)
        changed[at] ^= 0x55
        try:
            parse_request(bytes(changed))
        except NotDecodable:
            continue


def test_limits_of_a_request_are_named(key: bytes) -> None:
    request = build_request(SPEC, key)
    for limits, name in (
        (Limits(certificate_bytes=10), "certificate_bytes"),
        (Limits(names_per_certificate=3), "names_per_certificate"),
        (Limits(rsa_bits=100), "rsa_bits"),
    ):
        with pytest.raises(LimitExceeded) as met:
            parse_request(request, limits=limits)
        assert met.value.data["limit"] == name
