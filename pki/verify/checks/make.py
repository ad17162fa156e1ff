"""Running the checks over a decided path, and turning their findings into results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Final

from pki.findings import Finding, Severity
from pki.verify.checks.check import Check, Situation, error
from pki.verify.report import CheckOutcome, CheckResult, Diagnostic

_MOST_KEPT: Final = 10_000
_MOST_COMMON: Final = 8


def make(checks: Sequence[Check], situation: Situation) -> tuple[CheckOutcome, ...]:
    """Each check's outcome. A number of OpenSSL counts as the answer of the check it belongs to."""
    above = _of_issuers(checks, situation)
    return tuple(
        [_outcome(checks, check, situation, above.get(check.name, ())) for check in checks]
    )


def _belongs(checks: Sequence[Check], check: Check, diagnostic: Diagnostic) -> bool:
    """Whether the number is this check's. One that is newer than all of them is the chain's."""
    return diagnostic.number in check.numbers or (
        check.name == "chain" and not any(diagnostic.number in other.numbers for other in checks)
    )


def not_made(checks: Sequence[Check], reason: str) -> tuple[CheckOutcome, ...]:
    """Outcomes of checks that could not be made at all."""
    return tuple(
        CheckOutcome(name=check.name, result=CheckResult.NOT_CHECKED, reason=reason)
        for check in checks
    )


def _outcome(
    checks: Sequence[Check], check: Check, situation: Situation, above: tuple[Finding, ...]
) -> CheckOutcome:
    findings: list[Finding] = []
    if situation.diagnostics:
        findings = [
            of_diagnostic(diagnostic)
            for diagnostic in situation.diagnostics
            if _belongs(checks, check, diagnostic)
        ]
    reason = check.reason(situation) if check.reason is not None else None
    if reason is not None and not findings:
        code, applies = reason
        return _without_findings(
            check.name, CheckResult.NOT_CHECKED if applies else CheckResult.NOT_APPLICABLE, code
        )
    if check.of_path is not None:
        findings.extend(check.of_path(situation))
    if check.of_certificate is not None and (
        found := [*check.of_certificate(situation.path[0], "leaf")]
    ):
        findings.extend(_at(0, found))
    findings.extend(above)
    if not findings:
        return _without_findings(check.name, CheckResult.PASSED, "")
    if len(findings) <= _MOST_COMMON and all(len(item.data) <= 1 for item in findings):
        return _common(check.name, tuple(findings))
    return _with_findings(check.name, findings)


def _with_findings(name: str, findings: Sequence[Finding]) -> CheckOutcome:
    return CheckOutcome(name=name, result=_result(findings), findings=tuple(findings))


@lru_cache(maxsize=512)
def _common(name: str, findings: tuple[Finding, ...]) -> CheckOutcome:
    """Findings without a value of their own are found again and again, and made once."""
    return _with_findings(name, findings)


@cache
def _without_findings(name: str, result: CheckResult, reason: str) -> CheckOutcome:
    return CheckOutcome(name=name, result=result, reason=reason)


def of_diagnostic(diagnostic: Diagnostic) -> Finding:
    """OpenSSL's own answer as a finding of the check that it belongs to."""
    return error(
        "openssl.diagnostic",
        number=diagnostic.number,
        text=diagnostic.text,
        depth=diagnostic.depth,
        crl_path="[CRL path] " if diagnostic.crl_path else "",
    )


def _of_issuers(checks: Sequence[Check], situation: Situation) -> Mapping[str, tuple[Finding, ...]]:
    """What each check finds about the certificates above the leaf, found once for each such path."""
    issuers = situation.path[1:]
    anchored = "anchored" if situation.reaches_anchor else "open"
    key = (anchored, *(member.sha256 for member in issuers))
    kept = situation.prepared.findings
    known = kept.get(key)
    if known is None:
        roles = ["issuer"] * len(issuers)
        if issuers and situation.reaches_anchor:
            roles[-1] = "anchor"
        known = {
            check.name: tuple(
                found
                for depth, (member, role) in enumerate(zip(issuers, roles, strict=True), start=1)
                for found in _at(depth, check.of_certificate(member, role))
            )
            for check in checks
            if check.of_certificate is not None
        }
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[key] = known
    return known


def _at(depth: int, found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with the depth of their certificate among their data."""
    for item in found:
        yield _placed(item, depth) if item.data else _placed_common(item, depth)


@lru_cache(maxsize=512)
def _placed_common(item: Finding, depth: int) -> Finding:
    return _placed(item, depth)


def _placed(item: Finding, depth: int) -> Finding:
    return replace(item, data=tuple(sorted((*item.data, ("depth", depth)))))


def _result(findings: Sequence[Finding]) -> CheckResult:
    severities = {item.severity for item in findings}
    if Severity.ERROR in severities:
        return CheckResult.FAILED
    return CheckResult.WARNING if Severity.WARNING in severities else CheckResult.PASSED
