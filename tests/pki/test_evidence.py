"""Evidence is unpacked and its script run with the real openssl: it gives the number of the report."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from pki.evidence import evidence_commands, write_evidence
from pki.verify import openssl
from pki.verify.inputs import Policy, Question, Revocation, TrustInput, Usage
from pki.verify.report import Report, Verdict
from pki.verify.run import report_from_json, validate
from tests.pki.chains import DAY, MOMENT, make_ca, make_crl, make_key, make_leaf
from tests.pki.verify.generated import FAULTS, generate, policy_of

COMMAND = shutil.which("openssl")
SAME = re.compile(r"^SAME: (.*)$", re.MULTILINE)


def _same_version() -> bool:
    if COMMAND is None:
        return False
    shown = subprocess.run([COMMAND, "version"], capture_output=True, text=True, check=True).stdout
    return shown.split(" (")[0].strip() == openssl.version()


needs_the_same_openssl = pytest.mark.skipif(
    not _same_version(), reason="no openssl command of the version that Python runs"
)

ROOT = make_ca("Root")
SUB = make_ca("Sub", ROOT)
LEAF = make_leaf("www.example.com", SUB)
ROOT_CRL = make_crl(ROOT)
SUB_CRL = make_crl(SUB)


def question(leaf: bytes = LEAF.der, moment: datetime = MOMENT, **options: object) -> Question:
    return Question(leaf=leaf, moment=moment, **options)  # type: ignore[arg-type] # by name


def store(
    *crls: bytes,
    anchors: tuple[bytes, ...] = (ROOT.der,),
    via: tuple[bytes, ...] = (SUB.der,),
    **policy: object,
) -> TrustInput:
    return TrustInput(
        anchors=anchors,
        intermediates=via,
        crls=crls,
        policy=Policy(**policy),  # type: ignore[arg-type] # by name
    )


def unpack(archive: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        for entry in opened.infolist():
            assert re.fullmatch(
                r"evidence/(undecodable/[0-9a-f]{64}\.der|[A-Za-z0-9.-]+)", entry.filename
            )
            opened.extract(entry, folder)
    return folder / "evidence"


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """The script, called from elsewhere and with an environment that must not matter."""
    return subprocess.run(
        ["/bin/sh", str(folder / "verify.sh")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd="/",
        env={**os.environ, "SSL_CERT_FILE": "/nowhere", "LANG": "de_DE.UTF-8"},
    )


def reproduce(tmp_path: Path, asked: Question, trust: TrustInput) -> tuple[Report, list[str]]:
    """Validate, unpack, run: the report and what the command answered."""
    report = validate(asked, trust)
    folder = unpack(write_evidence(asked, trust, report), tmp_path)
    done = run(folder)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "DIFFERENT" not in done.stdout
    return report, SAME.findall(done.stdout)


CASES: dict[str, tuple[str, Callable[[], tuple[Question, TrustInput]]]] = {
    "good": ("OK", lambda: (question(), store())),
    "good with CRLs": (
        "OK",
        lambda: (question(), store(SUB_CRL, revocation=Revocation.LEAF)),
    ),
    "expired": ("10 at 0", lambda: (question(moment=MOMENT + 91 * DAY), store())),
    "not yet valid": ("9 at 0", lambda: (question(moment=MOMENT - 31 * DAY), store())),
    "CA expired, as of a date": (
        "10 at 1",
        lambda: (
            question(
                make_leaf(
                    "www.example.com",
                    short := make_ca("Short", ROOT, not_after=MOMENT + 20 * DAY),
                ).der,
                moment=MOMENT + 30 * DAY,
            ),
            store(via=(short.der,)),
        ),
    ),
    "missing issuer": ("20 at 0", lambda: (question(), store(via=()))),
    "no anchors at all": ("20 at 1", lambda: (question(), store(anchors=()))),
    "issuer came with the question": (
        "OK",
        lambda: (question(untrusted=(SUB.der,)), store(via=())),
    ),
    "root not in the store": (
        "19 at 2",
        lambda: (question(untrusted=(ROOT.der,)), store(anchors=(make_ca("Else").der,))),
    ),
    "self-signed": ("18 at 0", lambda: (question(make_leaf("www.example.com").der), store())),
    "purpose": ("26 at 0", lambda: (question(), store(usage=Usage.CLIENT))),
    "server purpose": ("OK", lambda: (question(), store(usage=Usage.SERVER))),
    "revoked": (
        "23 at 0",
        lambda: (question(), store(make_crl(SUB, revoked=[LEAF]), revocation=Revocation.LEAF)),
    ),
    "stale CRL": (
        "12 at 0",
        lambda: (
            question(moment=MOMENT + 8 * DAY),
            store(SUB_CRL, revocation=Revocation.LEAF),
        ),
    ),
    "missing CRL": ("3 at 0", lambda: (question(), store(revocation=Revocation.LEAF))),
    "missing CRL of the root": (
        "3 at 1",
        lambda: (question(), store(SUB_CRL, revocation=Revocation.CHAIN)),
    ),
    "forged CRL": (
        "8 at 0",
        lambda: (
            question(),
            store(make_crl(SUB, signed_by=make_key()), revocation=Revocation.LEAF),
        ),
    ),
    "host": ("OK", lambda: (question(host="www.example.com"), store())),
    "host mismatch": ("62 at 0", lambda: (question(host="ftp.example.com"), store())),
    "U-label host mismatch": ("62 at 0", lambda: (question(host="bücher.example"), store())),
    "address mismatch": ("64 at 0", lambda: (question(address="192.0.2.9"), store())),
    "anchor that is no root": ("2 at 1", lambda: (question(), store(anchors=(SUB.der,), via=()))),
    "partial chain": (
        "OK",
        lambda: (question(), store(anchors=(SUB.der,), via=(), partial_chain=True)),
    ),
    "weak key at level 2": (
        "66 at 0",
        lambda: (
            question(
                make_leaf("www.example.com", SUB, key=rsa.generate_private_key(65537, 1024)).der
            ),
            store(security_level=2),
        ),
    ),
    "explicit policy": (
        "43 at 0",
        lambda: (question(), store(require_explicit_policy=True, policy_oids=("1.2.3.4",))),
    ),
    "strict": ("OK", lambda: (question(), store(strict=True))),
    "unreadable": ("unreadable", lambda: (question(b"\x30\x03\x02\x01\x05"), store())),
}


@needs_the_same_openssl
@pytest.mark.parametrize("name", CASES)
def test_the_script_gives_the_number_of_the_report(tmp_path: Path, name: str) -> None:
    expected, make = CASES[name]
    report, answers = reproduce(tmp_path, *make())
    assert answers == [expected]
    assert (report.verdict is Verdict.TRUSTED) == (expected == "OK")


@needs_the_same_openssl
def test_what_is_tolerated_on_the_anchor_bears_the_report_out(tmp_path: Path) -> None:
    # OpenSSL 3 wants a CRL for a root as well; the console does not count that against it.
    root = make_ca("Alone")
    leaf = make_leaf("www.example.com", root)
    users = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    trust = store(
        make_crl(root, scope=users), anchors=(root.der,), via=(), revocation=Revocation.CHAIN
    )
    report, answers = reproduce(tmp_path, question(leaf.der), trust)
    assert report.verdict is Verdict.TRUSTED
    tolerated = report.tolerated_diagnostics[0]
    assert (tolerated.depth, answers) == (1, [f"{tolerated.number} at 1"])
    (command,) = evidence_commands(question(leaf.der), trust, report)
    assert command.answers == ("OK", answers[0])


@needs_the_same_openssl
@pytest.mark.parametrize("revocation", [Revocation.NONE, Revocation.LEAF])
def test_a_path_that_openssl_does_not_find_alone_is_shown_in_two_commands(
    tmp_path: Path, revocation: Revocation
) -> None:
    # Two CAs of one name: without key identifiers OpenSSL follows the first and gives up with it,
    # and the console hands them over in the order of their fingerprints.
    wrong, right = sorted((make_ca("Twin", ROOT) for _ in range(2)), key=lambda one: one.sha256)
    leaf = make_leaf("www.example.com", right, without=[x509.AuthorityKeyIdentifier])
    trust = store(make_crl(right), via=(wrong.der, right.der), revocation=revocation)
    report = validate(question(leaf.der), trust)
    assert report.verdict is Verdict.TRUSTED
    assert report.other_path
    folder = unpack(write_evidence(question(leaf.der), trust, report), tmp_path)
    done = run(folder)
    assert done.returncode == 0, done.stdout
    first = report.other_path_diagnostics[0]
    assert SAME.findall(done.stdout) == [f"{first.number} at {first.depth}", "OK"]


@needs_the_same_openssl
@pytest.mark.parametrize("seed", range(2 * len(FAULTS)))
def test_generated_faults_are_reproduced(tmp_path: Path, seed: int) -> None:
    case = generate(seed)
    trust = TrustInput(
        anchors=tuple(one.der for one in case.anchors),
        intermediates=tuple(one.der for one in case.untrusted),
        crls=tuple(case.crls),
        policy=policy_of(case),
    )
    asked = Question(leaf=case.leaf.der, moment=MOMENT, host=case.host, address=case.address)
    reproduce(tmp_path, asked, trust)


def test_the_script_notices_a_difference(tmp_path: Path) -> None:
    report = validate(question(), store())
    folder = unpack(write_evidence(question(), store(), report), tmp_path)
    shutil.copy(folder / "anchors.pem", folder / "leaf.pem")
    (folder / "anchors.pem").write_text((folder / "untrusted.pem").read_text())
    done = run(folder)
    assert done.returncode == 1
    assert "DIFFERENT" in done.stdout


def test_the_script_says_where_it_cannot_ask(tmp_path: Path) -> None:
    folder = unpack(write_evidence(question(), store(), validate(question(), store())), tmp_path)
    done = subprocess.run(
        ["/bin/sh", str(folder / "verify.sh")],
        env={**os.environ, "OPENSSL": "/nowhere/openssl"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2


def test_the_sums_hold_and_the_report_is_whole(tmp_path: Path) -> None:
    trust = store(SUB_CRL, revocation=Revocation.LEAF)
    report = validate(question(), trust)
    folder = unpack(write_evidence(question(), trust, report), tmp_path)
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert report_from_json(json.loads((folder / "report.json").read_text())) == report
    inputs = json.loads((folder / "inputs.json").read_text())
    assert inputs["openssl_version"] == report.openssl_version
    assert inputs["policy"]["revocation"] == "leaf"
    (command,) = evidence_commands(question(), trust, report)
    assert inputs["commands"][0]["line"] == command.line
    assert command.line in (folder / "README.txt").read_text()
    assert "CN = www.example.com" in (folder / "path.txt").read_text()
    assert os.access(folder / "verify.sh", os.R_OK)


def test_the_octets_are_the_same_whatever_the_order_of_the_store() -> None:
    trust = store(SUB_CRL, ROOT_CRL, via=(SUB.der, make_ca("Other", ROOT).der))
    turned = replace(
        trust,
        intermediates=trust.intermediates[::-1],
        crls=trust.crls[::-1],
        anchors=(ROOT.der,) * 2,
    )
    first = write_evidence(question(), trust, validate(question(), trust))
    assert first == write_evidence(question(), turned, validate(question(), turned))


@needs_the_same_openssl
def test_hostile_names_stay_data(tmp_path: Path) -> None:
    text = "$(touch pwned)`id`'; exit 0 #\nerror 20 at 0 depth lookup"
    block = "\n-----BEGIN CERTIFICATE-----\n"
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, block),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )
    root = make_ca(name)
    leaf = make_leaf(name, root, not_after=MOMENT - DAY)
    trust = store(anchors=(root.der,), via=())
    # The answer names the subject, so that the text of its author stands in what the script reads.
    assert reproduce(tmp_path, question(leaf.der), trust)[1] == ["10 at 0"]
    assert "touch" not in (tmp_path / "evidence" / "verify.sh").read_text()
    assert not list(tmp_path.rglob("pwned"))


@needs_the_same_openssl
def test_what_openssl_cannot_read_is_kept_apart(tmp_path: Path) -> None:
    broken = b"\x30\x03\x02\x01\x07"
    trust = store(b"\x30\x00", via=(SUB.der + b"tail", broken))
    report, answers = reproduce(tmp_path, question(LEAF.der + b"tail"), trust)
    assert answers == ["OK"]
    kept = {path.read_bytes() for path in (tmp_path / "evidence" / "undecodable").iterdir()}
    assert kept == {broken, b"\x30\x00"}
    assert report.verdict is Verdict.TRUSTED


def test_what_the_command_cannot_be_told_is_said(tmp_path: Path) -> None:
    trust = store(common_name=False)
    asked = question(host="www.example.com")
    folder = unpack(write_evidence(asked, trust, validate(asked, trust)), tmp_path)
    assert "common name" in (folder / "README.txt").read_text()
    inputs = json.loads((folder / "inputs.json").read_text())
    assert inputs["not_reproduced"] == ["no_partial_wildcards", "common_name_never_counts"]


@needs_the_same_openssl
def test_the_readme_says_why_the_report_leads_with_another_number_than_the_command(
    tmp_path: Path,
) -> None:
    ended = make_leaf("ended.example.com", SUB, not_after=MOMENT - DAY)
    trust = store(ROOT_CRL, revocation=Revocation.LEAF)
    report = validate(question(ended.der), trust)
    assert report.decisive is not None
    assert (report.decisive.number, report.diagnostics[0].number) == (10, 3)
    folder = unpack(write_evidence(question(ended.der), trust, report), tmp_path)
    readme = (folder / "README.txt").read_text()
    assert "Answer: 3 at 0" in readme
    assert "The report leads with 10 at 0" in readme
    assert "3 at 0  unable to get certificate CRL\n  10 at 0  certificate has expired" in readme


def test_the_readme_of_a_plain_report_explains_nothing_that_is_not_there(tmp_path: Path) -> None:
    report = validate(question(), store())
    folder = unpack(write_evidence(question(), store(), report, trust_store="A\nB"), tmp_path)
    readme = (folder / "README.txt").read_text()
    assert "leads with" not in readme
    assert "Trust store: A\\0AB\n" in readme
