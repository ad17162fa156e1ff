"""Running the checks over a decided path, and turning their findings into results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pki.findings import Finding, Severity
from pki.verify.checks.check import Check, Situation, error
from pki.verify.prepared import Member
from pki.verify.report import CheckOutcome, CheckResult, Diagnostic

_MOST_KEPT: int = 20_000


def make(checks: Sequence[Check], situation: Situation) -> tuple[CheckOutcome, ...]:
    """Each check's outcome. A number of OpenSSL counts as the answer of the check it belongs to."""
    return tuple(
        _outcome(check, situation, [d for d in situation.diagnostics if _belongs(checks, check, d)])
        for check in checks
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


def _outcome(check: Check, situation: Situation, diagnostics: Sequence[Diagnostic]) -> CheckOutcome:
    findings = [of_diagnostic(diagnostic) for diagnostic in diagnostics]
    reason = check.reason(situation) if check.reason is not None else None
    if reason is not None and not findings:
        code, applies = reason
        result = CheckResult.NOT_CHECKED if applies else CheckResult.NOT_APPLICABLE
        return CheckOutcome(name=check.name, result=result, reason=code)
    if check.of_path is not None:
        findings.extend(check.of_path(situation))
    if check.of_certificate is not None:
        for depth, member in enumerate(situation.path):
            findings.extend(_of_member(check, check.of_certificate, situation, depth, member))
    return CheckOutcome(name=check.name, result=_result(findings), findings=tuple(findings))


def of_diagnostic(diagnostic: Diagnostic) -> Finding:
    """OpenSSL's own answer as a finding of the check that it belongs to."""
    return error(
        "openssl.diagnostic",
        number=diagnostic.number,
        text=diagnostic.text,
        depth=diagnostic.depth,
        crl_path="[CRL path] " if diagnostic.crl_path else "",
    )


def _of_member(
    check: Check,
    examine: Callable[[Member, str], Iterator[Finding]],
    situation: Situation,
    depth: int,
    member: Member,
) -> tuple[Finding, ...]:
    """Findings about one certificate, with its depth; those of issuers are found once."""
    role = "leaf" if depth == 0 else "issuer"
    if depth and depth == len(situation.path) - 1 and situation.reaches_anchor:
        role = "anchor"
    if depth == 0:
        found = tuple(examine(member, role))
    else:
        kept = situation.prepared.findings
        key = (check.name, role, member.sha256)
        known = kept.get(key)
        if known is None:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            known = kept[key] = tuple(examine(member, role))
        found = known
    if not found:
        return found
    return tuple(
        replace(item, data=tuple(sorted((*item.data, ("depth", depth))))) for item in found
    )


def _result(findings: Sequence[Finding]) -> CheckResult:
    severities = {item.severity for item in findings}
    if Severity.ERROR in severities:
        return CheckResult.FAILED
    return CheckResult.WARNING if Severity.WARNING in severities else CheckResult.PASSED
