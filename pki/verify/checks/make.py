"""Running the checks over a decided path, and turning their findings into results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Final

from pki.findings import Finding, Severity
from pki.verify.anatomy import Shape
from pki.verify.checks.check import Check, Situation, error
from pki.verify.report import CheckOutcome, CheckResult, Diagnostic

_MOST_KEPT: Final = 10_000
_MOST_COMMON: Final = 8


def make(checks: Sequence[Check], situation: Situation) -> tuple[CheckOutcome, ...]:
    """Each check's outcome. A number of OpenSSL counts as the answer of the check it belongs to."""
    shared = _shared(checks, situation)
    return tuple(
        [
            _outcome(checks, check, situation, found)
            for check, found in zip(checks, shared, strict=True)
        ]
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
    checks: Sequence[Check], check: Check, situation: Situation, shared: CheckOutcome
) -> CheckOutcome:
    own: list[Finding] = []
    if situation.diagnostics:
        own = [
            of_diagnostic(diagnostic)
            for diagnostic in situation.diagnostics
            if _belongs(checks, check, diagnostic)
        ]
    reason = check.reason(situation) if check.reason is not None else None
    if reason is not None and not own:
        code, applies = reason
        return _without_findings(
            check.name, CheckResult.NOT_CHECKED if applies else CheckResult.NOT_APPLICABLE, code
        )
    if check.of_path is not None:
        own.extend(check.of_path(situation))
    if check.of_certificate is not None and (
        found := [*check.of_certificate(situation.leaf, "leaf")]
    ):
        own.extend(_at(0, found))
    if not own:
        return shared
    own.extend(shared.findings)
    if len(own) <= _MOST_COMMON and all(len(item.data) <= 1 for item in own):
        return _common(check.name, tuple(own))
    return _with_findings(check.name, own)


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


def _shared(checks: Sequence[Check], situation: Situation) -> tuple[CheckOutcome, ...]:
    """What each check finds about the shape of the leaf and the certificates above it: the same for
    all leaves of that shape on this path, and so found once."""
    anatomy = situation.leaf.anatomy
    shape = anatomy.shape if anatomy is not None else None
    anchored = "anchored" if situation.reaches_anchor else "open"
    key = (shape, anchored, *[member.sha256 for member in situation.path[1:]])
    kept = situation.prepared.shared_outcomes
    known = kept.get(key)
    if known is None:
        known = tuple([_shared_outcome(check, shape, situation) for check in checks])
        if shape is None or shape.shared:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            kept[key] = known
    return known


def _shared_outcome(check: Check, shape: Shape | None, situation: Situation) -> CheckOutcome:
    findings: list[Finding] = []
    if check.of_shape is not None and shape is not None:
        findings.extend(_at(0, check.of_shape(shape, "leaf")))
    last = len(situation.path) - 1
    for depth, member in enumerate(situation.path[1:], start=1):
        role = "anchor" if depth == last and situation.reaches_anchor else "issuer"
        if check.of_shape is not None and member.anatomy is not None:
            findings.extend(_at(depth, check.of_shape(member.anatomy.shape, role)))
        if check.of_certificate is not None:
            findings.extend(_at(depth, check.of_certificate(member, role)))
    if not findings:
        return _without_findings(check.name, CheckResult.PASSED, "")
    return _with_findings(check.name, findings)


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
