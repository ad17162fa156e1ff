"""Verdict, number and depth against the `openssl verify` command of the same version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pki.verify import openssl
from pki.verify.inputs import Question, TrustInput
from pki.verify.report import Report, Verdict
from pki.verify.run import prepare, validate
from tests.pki.chains import MOMENT, make_leaf, to_pem
from tests.pki.verify.generated import FAULTS, Case, generate, policy_of

CASES = int(os.environ.get("VERIFY_CASES", "1000"))
SEED = int(os.environ.get("VERIFY_SEED", "0"))
PER_TEST = 25
COMMAND = shutil.which("openssl")
ERROR = re.compile(r"^error (\d+) at (\d+) depth lookup", re.MULTILINE)


def _same_version() -> bool:
    if COMMAND is None:
        return False
    shown = subprocess.run([COMMAND, "version"], capture_output=True, text=True, check=True).stdout
    return shown.split(" (")[0].strip() == openssl.version()


pytestmark = pytest.mark.skipif(
    not _same_version(), reason="no openssl command of the version that Python runs"
)


def _trust(case: Case) -> TrustInput:
    return TrustInput(
        anchors=tuple(anchor.der for anchor in case.anchors),
        intermediates=tuple(issuer.der for issuer in case.untrusted),
        crls=tuple(case.crls),
        policy=policy_of(case),
    )


def _by_the_command(folder: Path, case: Case, report: Report) -> tuple[bool, list[tuple[int, int]]]:
    """What the command says of the files in the order in which the console keeps them."""

    def write(name: str, label: str, values: list[bytes]) -> Path:
        path = folder / name
        path.write_text("".join(to_pem(label, value) for value in values))
        return path

    def in_order(issued: list[tuple[str, bytes]]) -> list[bytes]:
        return [der for _, der in sorted(issued)]

    anchors = in_order([(c.sha256, c.der) for c in case.anchors])
    known = {c.sha256 for c in case.anchors}
    untrusted = in_order([(c.sha256, c.der) for c in case.untrusted if c.sha256 not in known])
    options = [part for flag in report.flags for part in flag.split()]
    options += ["-attime", str(int(MOMENT.timestamp())), "-no-CAfile", "-no-CApath", "-no-CAstore"]
    options += ["-CAfile", str(write("anchors.pem", "CERTIFICATE", anchors))]
    if untrusted:
        options += ["-untrusted", str(write("untrusted.pem", "CERTIFICATE", untrusted))]
    if case.crls and "-crl_check" in report.flags:
        crls = write("crls.pem", "X509 CRL", list(case.crls))
        options += ["-CRLfile", str(crls)]
    leaf = write("leaf.pem", "CERTIFICATE", [case.leaf.der])
    assert COMMAND is not None
    done = subprocess.run(
        [COMMAND, "verify", *options, str(leaf)], capture_output=True, text=True, check=False
    )
    errors = [(int(number), int(depth)) for number, depth in ERROR.findall(done.stderr)]
    assert errors or done.returncode == 0, done.stderr
    return done.returncode == 0, errors


def _asked_of_a_store_in_use(case: Case, question: Question) -> Report:
    """The report of a store that may know the signatures of these issuers, and says the same."""
    prepared = prepare(_trust(case))
    above = (case.issuers or [case.root])[-1]
    for leaf in (make_leaf("sibling.example.com", above).der, case.leaf.der):
        validate(Question(leaf=leaf, moment=MOMENT), prepared)
    report = validate(question, prepared)
    assert report == validate(question, _trust(case)), case.faults
    return report


def _check(folder: Path, seed: int) -> bool:
    """Compare one case; whether OpenSSL alone went astray in it."""
    case = generate(seed)
    question = Question(leaf=case.leaf.der, moment=MOMENT, host=case.host, address=case.address)
    report = _asked_of_a_store_in_use(case, question)
    good, errors = _by_the_command(folder, case, report)
    told = (seed, case.faults, report.verdict, report.diagnostics, errors)
    if report.other_path:
        assert not good, told
        other = report.other_path_diagnostics[0]
        assert (other.number, other.depth) == errors[0], told
        return True
    if report.tolerated_diagnostics:
        tolerated = report.tolerated_diagnostics[0]
        assert (tolerated.number, tolerated.depth) == errors[0], told
        return False
    assert good == (report.verdict is Verdict.TRUSTED), told
    if not good:
        outer = [item for item in report.diagnostics if not item.crl_path]
        assert (outer[0].number, outer[0].depth) == errors[0], told
        assert set(errors) <= {(d.number, d.depth) for d in report.diagnostics}, told
    return False


@pytest.mark.parametrize("first", range(SEED, SEED + CASES, PER_TEST))
def test_the_command_says_the_same(tmp_path: Path, first: int) -> None:
    for seed in range(first, min(first + PER_TEST, SEED + CASES)):
        _check(tmp_path, seed)


def test_every_fault_is_among_the_cases() -> None:
    seen = {fault for seed in range(len(FAULTS)) for fault in generate(seed).faults}
    assert len(seen) == len(FAULTS)
