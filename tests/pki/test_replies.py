"""What a CA sent back is found by its key, and what it changed is listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pki.certificate import CertificateFacts, parse_certificate
from pki.csr.build import build_request
from pki.csr.read import RequestFacts, parse_request
from pki.csr.spec import RequestSpec, Subject, alt_name
from pki.key_generation import KeySpec, generate
from pki.replies import match_reply
from tests.pki.real_tools import run

SPEC = RequestSpec(
    subject=Subject(country="DE", organization="Example GmbH", common_name="a.example.com"),
    alt_names=(alt_name("dns", "b.example.com"), alt_name("ip", "192.0.2.1")),
)
Issue = Callable[..., CertificateFacts]


@pytest.fixture(scope="module")
def request_facts() -> RequestFacts:
    return parse_request(build_request(SPEC, generate(KeySpec(algorithm="P-256"))))


class Authority:
    """A root and an intermediate of openssl, that issues as it is told and not as it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._make("root", "/CN=Root", ())
        self._make("sub", "/CN=Sub", ("-CA", folder / "root.crt", "-CAkey", folder / "root.key"))

    def _make(self, name: str, subject: str, issuer: tuple[str | Path, ...]) -> None:
        extensions = ("-addext", "basicConstraints=critical,CA:TRUE")
        run(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", subject, "-keyout", self.folder / f"{name}.key"),
            *("-out", self.folder / f"{name}.crt", *issuer, *extensions),
        )

    def facts(self, name: str) -> CertificateFacts:
        data = run("openssl", "x509", "-in", self.folder / f"{name}.crt", "-outform", "DER")
        return parse_certificate(data)

    def issue(self, request: bytes, *, subject: str = "", extensions: str = "") -> CertificateFacts:
        (self.folder / "request.pem").write_bytes(
            run("openssl", "req", "-inform", "DER", data=request)
        )
        (self.folder / "extensions").write_text(extensions)
        data = run(
            *("openssl", "x509", "-req", "-in", self.folder / "request.pem", "-outform", "DER"),
            *("-CA", self.folder / "sub.crt", "-CAkey", self.folder / "sub.key"),
            *(("-subj", subject) if subject else ()),
            *(
                ("-extfile", self.folder / "extensions")
                if extensions
                else ("-copy_extensions", "copyall")
            ),
        )
        return parse_certificate(data)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_an_obedient_ca_changes_nothing(authority: Authority, request_facts: RequestFacts) -> None:
    leaf = authority.issue(request_facts.der)
    match = match_reply([authority.facts("root"), leaf, authority.facts("sub")], request_facts)
    assert match.certificate == leaf
    assert [found.cn for found in match.chain] == ["a.example.com", "Sub", "Root"]
    assert match.changes == ()
    assert match.others == ()
    assert match.findings == ()


def test_what_the_ca_changed_is_listed_side_by_side(
    authority: Authority, request_facts: RequestFacts
) -> None:
    leaf = authority.issue(
        request_facts.der,
        subject="/CN=a.example.com/O=Example",
        extensions="subjectAltName=DNS:a.example.com,DNS:www.a.example.com\n"
        "extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:TRUE\n",
    )
    match = match_reply([leaf], request_facts)
    changed = {line.field: line for line in match.changes}
    assert set(changed) == {
        *("subject.C", "subject.O", "alt_names", "key_usage", "extended_key_usage", "ca")
    }
    assert changed["subject.C"].left_out == ("DE",)
    assert (changed["subject.O"].asked, changed["subject.O"].got) == (
        ("Example GmbH",),
        ("Example",),
    )
    assert changed["alt_names"].added == ("dns:www.a.example.com",)
    assert changed["alt_names"].left_out == ("dns:b.example.com", "ip:192.0.2.1")
    assert changed["extended_key_usage"].added == ("clientAuth",)
    assert changed["ca"].added == ("CA:TRUE",)
    assert [found.code for found in match.findings] == ["reply.chain_incomplete"]


def test_a_reply_for_another_key_names_that_key(
    authority: Authority, request_facts: RequestFacts
) -> None:
    other = parse_request(build_request(SPEC, generate(KeySpec(algorithm="P-256"))))
    leaf = authority.issue(other.der)
    match = match_reply([leaf, authority.facts("sub")], request_facts)
    assert match.certificate is None
    assert match.other_keys == (other.spki_sha256,)
    assert [found.code for found in match.findings] == ["reply.other_key"]


def test_a_reply_of_issuers_alone_holds_no_certificate(
    authority: Authority, request_facts: RequestFacts
) -> None:
    for reply in ([], [authority.facts("sub"), authority.facts("root")]):
        match = match_reply(reply, request_facts)
        assert match.certificate is None
        assert match.other_keys == ()
        assert [found.code for found in match.findings] == ["reply.no_certificate"]


def test_of_several_for_the_same_key_the_newest_counts(
    authority: Authority, request_facts: RequestFacts
) -> None:
    old = authority.issue(request_facts.der)
    new = authority.issue(request_facts.der)
    newest = max((old, new), key=lambda found: found.not_before)
    match = match_reply([old, new], request_facts)
    assert match.certificate is not None
    assert match.certificate.not_before == newest.not_before
    assert match.certificate.not_before <= datetime.now(UTC)
    assert "reply.several" in [found.code for found in match.findings]
