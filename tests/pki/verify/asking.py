"""Short ways to ask for a validation in the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pki.findings import Finding
from pki.verify.inputs import Policy, Question, TrustInput
from pki.verify.report import CheckOutcome, Report
from pki.verify.run import validate
from tests.pki.chains import MOMENT, Issued


def trust(
    *anchors: Issued,
    via: Iterable[Issued] = (),
    crls: Iterable[bytes] = (),
    policy: Policy | None = None,
) -> TrustInput:
    return TrustInput(
        anchors=tuple(anchor.der for anchor in anchors),
        intermediates=tuple(issuer.der for issuer in via),
        crls=tuple(crls),
        policy=policy or Policy(),
    )


def ask(
    leaf: Issued | bytes,
    store: TrustInput,
    *,
    moment: datetime = MOMENT,
    untrusted: Iterable[Issued] = (),
    host: str | None = None,
    address: str | None = None,
) -> Report:
    return validate(
        Question(
            leaf=leaf if isinstance(leaf, bytes) else leaf.der,
            moment=moment,
            untrusted=tuple(issuer.der for issuer in untrusted),
            host=host,
            address=address,
        ),
        store,
    )


def numbers(report: Report) -> list[tuple[int, int]]:
    """OpenSSL's numbers with their depths, in order."""
    return [(item.number, item.depth) for item in report.diagnostics]


def outcome(report: Report, check: str) -> CheckOutcome:
    (found,) = [item for item in report.checks if item.name == check]
    return found


def findings(report: Report) -> list[Finding]:
    return [finding for check in report.checks for finding in check.findings]


def codes(report: Report, *, depth: int | None = None) -> set[str]:
    """The codes of our findings, of all certificates or of the one at a depth."""
    return {
        finding.code
        for finding in findings(report)
        if depth is None or dict(finding.data).get("depth") == depth
    }
