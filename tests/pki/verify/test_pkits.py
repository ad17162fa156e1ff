"""NIST PKITS through the function that the workers call; the table's origin is in README.md."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cryptography_vectors
import pytest

from pki.verify.inputs import Policy, Question, Revocation, TrustInput
from pki.verify.report import Verdict
from pki.verify.run import report_from_json, report_to_json, report_to_text, validate

DATA = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
MOMENT = datetime(2022, 5, 1, tzinfo=UTC)
with Path(__file__).with_name("pkits.csv").open(newline="") as table:
    RUNS = list(csv.DictReader(table))

# Section -> why OpenSSL itself decides otherwise, and the numbers that it gives.
DEVIATIONS = {
    "4.1.5": ("OpenSSL does not take DSA parameters over from the issuer", {20}),
    "4.14.30": (
        "OpenSSL wants the path of an indirect CRL's issuer to hold without that same CRL",
        {54},
    ),
}


@cache
def _certificate(name: str) -> bytes:
    return (DATA / "certs" / name).read_bytes()


@cache
def _crl(name: str) -> bytes:
    return (DATA / "crls" / name).read_bytes()


def _run_of(row: dict[str, str]) -> tuple[Question, TrustInput]:
    policy = Policy(
        revocation=Revocation.CHAIN,
        security_level=0,
        policy_oids=tuple(row["user_policy_set"].split()),
        require_explicit_policy=row["explicit_policy"] == "1",
        inhibit_policy_mapping=row["inhibit_mapping"] == "1",
        inhibit_any_policy=row["inhibit_any_policy"] == "1",
    )
    trust = TrustInput(
        anchors=(_certificate("TrustAnchorRootCertificate.crt"),),
        intermediates=tuple(map(_certificate, row["intermediates"].split())),
        crls=tuple(map(_crl, row["crls"].split())),
        policy=policy,
    )
    return Question(leaf=_certificate(row["certificate"]), moment=MOMENT), trust


def test_the_table_holds_all_runs() -> None:
    assert len(RUNS) == 247
    assert len({row["section"].split("_")[0] for row in RUNS}) > 200


@pytest.mark.parametrize(
    "row", RUNS, ids=[f"{number}-{row['section']}" for number, row in enumerate(RUNS)]
)
def test_pkits(row: dict[str, str]) -> None:
    question, trust = _run_of(row)
    report = validate(question, trust)
    trusted = report.verdict is Verdict.TRUSTED
    if row["section"] in DEVIATIONS:
        reason, numbers = DEVIATIONS[row["section"]]
        assert (row["expected"], trusted) == ("valid", False), reason
        assert {diagnostic.number for diagnostic in report.diagnostics} == numbers, reason
    else:
        assert trusted == (row["expected"] == "valid"), report.diagnostics
    assert trusted == (not report.diagnostics)
    assert report_from_json(report_to_json(report)) == report
    assert json.loads(report_to_text(report)) == json.loads(json.dumps(report_to_json(report)))
