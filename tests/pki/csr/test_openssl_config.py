"""The configuration for openssl: it makes the same request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pki.csr.build import build_request
from pki.csr.read import parse_request
from pki.csr.spec import RequestSpec, Subject, alt_names_of
from pki.key_generation import KeySpec
from pki.openssl_config import NoOpensslForm, openssl_config
from tests.pki.csr.asked import SPEC, SPECS, request_info
from tests.pki.real_tools import run


@pytest.mark.parametrize("name", SPECS)
def test_openssl_makes_the_same_request_from_the_configuration(
    key: bytes, tmp_path: Path, name: str
) -> None:
    spec = SPECS[name]
    wanted = openssl_config(spec, KeySpec(algorithm="Ed25519"))
    (tmp_path / "request.cnf").write_text(wanted.config)
    (tmp_path / "key.pem").write_bytes(run("openssl", "pkey", "-inform", "DER", data=key))
    theirs = run(
        *("openssl", "req", "-new", "-config", tmp_path / "request.cnf"),
        *("-key", tmp_path / "key.pem", "-outform", "DER"),
        *(("-subj", "/") if "-subj" in wanted.command else ()),
    )
    assert request_info(theirs) == request_info(build_request(spec, key))


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-384", "Ed25519", "Ed448"])
def test_the_command_runs_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = openssl_config(replace(SPEC, digest="sha384"), KeySpec(algorithm=algorithm))
    Path("request.cnf").write_text(wanted.config)
    run(*wanted.command, "-passout", "pass:secret words")
    assert "ENCRYPTED" in Path("certificate_key.pem").read_text()
    facts = parse_request(run("openssl", "req", "-in", "request.pem", "-outform", "DER"))
    assert facts.alt_names == alt_names_of(SPEC)
    assert facts.key_algorithm in (algorithm.replace("-2048", ""), f"EC {algorithm}")
    if algorithm in ("RSA-2048", "P-384"):
        assert "384" in facts.signature_algorithm


def test_no_value_breaks_out_of_its_line() -> None:
    for evil in ("a\nsubjectAltName = DNS:evil", "a\r", "\x00"):
        spec = RequestSpec(subject=Subject(organization=evil))
        with pytest.raises(NoOpensslForm):
            openssl_config(spec)
