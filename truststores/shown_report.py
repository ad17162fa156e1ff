"""A report as its page shows it: codes turned into words, certificates into links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from certificates.check_texts import CHECK_TITLES, FINDING_TEXTS
from certificates.models import Certificate, Crl
from pki.findings import Finding
from pki.verify.report import CheckOutcome, CheckResult, Diagnostic, PathElement, Report, UsedCrl
from pki.verify.run import s_client_listing
from truststores.texts import headline_of

_ORDER = (
    CheckResult.FAILED,
    CheckResult.WARNING,
    CheckResult.NOT_CHECKED,
    CheckResult.PASSED,
    CheckResult.NOT_APPLICABLE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownDiagnostic:
    """What OpenSSL said, as its command line prints it."""

    diagnostic: Diagnostic
    line: str
    certificate: Certificate | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownElement:
    """One certificate of the path, with what is wrong with it and what it is for."""

    element: PathElement
    certificate: Certificate | None
    diagnostics: tuple[ShownDiagnostic, ...]
    dates: str
    role: str

    @property
    def is_bad(self) -> bool:
        return bool(self.diagnostics)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownFinding:
    """A finding in words: what it is, and what to do about it."""

    severity: str
    says: str
    remedy: str
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCheck:
    """One question and its answer."""

    title: str
    question: str
    result: str
    reason: str
    findings: tuple[ShownFinding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCrl:
    """A CRL that the path could use."""

    crl: UsedCrl
    row: Crl | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownReport:
    """Everything that the page says of a report."""

    report: Report
    path: tuple[ShownElement, ...]
    other_path: tuple[ShownElement, ...]
    missing_issuer: str
    diagnostics: tuple[ShownDiagnostic, ...]
    tolerated: tuple[ShownDiagnostic, ...]
    checks: tuple[ShownCheck, ...]
    crls: tuple[ShownCrl, ...]
    listing: str
    openssl_lines: str
    headline: str
    ends_first: str


_ROLES: Mapping[str, str] = {
    "leaf": "The certificate itself",
    "untrusted": "From the inventory",
    "store": "Intermediate of the store",
    "anchor": "Trust anchor",
}


def show_report(report: Report) -> ShownReport:
    """Look up the certificates and CRLs that a report names, in one query each."""
    digests = {one.sha256 for one in (*report.path, *report.other_path)}
    digests |= {one.sha256 for one in report.diagnostics}
    digests |= {one.sha256 for one in report.tolerated_diagnostics}
    known = {row.sha256: row for row in Certificate.objects.filter(sha256__in=digests)}
    crls = {
        row.sha256: row
        for row in Crl.objects.filter(sha256__in={crl.sha256 for crl in report.crls})
    }
    diagnostics = _diagnostics(report.diagnostics, known)
    last = report.path[-1] if report.path else None
    incomplete = last is not None and last.source != "anchor" and last.subject != last.issuer
    return ShownReport(
        report=report,
        path=_elements(report.path, known, diagnostics, report.moment),
        other_path=_elements(
            report.other_path,
            known,
            _diagnostics(report.other_path_diagnostics, known),
            report.moment,
        ),
        missing_issuer=last.issuer if last is not None and incomplete else "",
        diagnostics=diagnostics,
        tolerated=_diagnostics(report.tolerated_diagnostics, known),
        checks=tuple(
            sorted(
                (_check(outcome) for outcome in report.checks),
                key=lambda check: _ORDER.index(CheckResult(check.result)),
            )
        ),
        crls=tuple(ShownCrl(crl=crl, row=crls.get(crl.sha256)) for crl in report.crls),
        listing=s_client_listing(report.path),
        openssl_lines="\n".join(one.line for one in diagnostics),
        headline=headline_of(report.decisive) if report.decisive else "",
        ends_first=_ends_first(report),
    )


def openssl_line(diagnostic: Diagnostic) -> str:
    """The line that `openssl verify` prints, which is also what the logs of peers hold."""
    where = "[CRL path] " if diagnostic.crl_path else ""
    return f"{where}error {diagnostic.number} at {diagnostic.depth} depth lookup: {diagnostic.text}"


def _diagnostics(
    diagnostics: Sequence[Diagnostic], known: Mapping[str, Certificate]
) -> tuple[ShownDiagnostic, ...]:
    return tuple(
        ShownDiagnostic(diagnostic=one, line=openssl_line(one), certificate=known.get(one.sha256))
        for one in diagnostics
    )


def _elements(
    path: Sequence[PathElement],
    known: Mapping[str, Certificate],
    diagnostics: Sequence[ShownDiagnostic],
    moment: datetime,
) -> tuple[ShownElement, ...]:
    return tuple(
        ShownElement(
            element=element,
            certificate=known.get(element.sha256),
            diagnostics=tuple(
                one
                for one in diagnostics
                if one.diagnostic.depth == element.depth and not one.diagnostic.crl_path
            ),
            dates=_dates(element, moment),
            role=_ROLES.get(element.source, element.source),
        )
        for element in path
    )


def _dates(element: PathElement, moment: datetime) -> str:
    if moment < element.not_before:
        return "not_yet_valid"
    return "expired" if moment > element.not_after else "valid"


def _check(outcome: CheckOutcome) -> ShownCheck:
    title, question = CHECK_TITLES.get(outcome.name, (outcome.name, ""))
    reason, _ = FINDING_TEXTS.get(outcome.reason, (outcome.reason, ""))
    return ShownCheck(
        title=title,
        question=question,
        result=outcome.result.value,
        reason=reason,
        findings=tuple(_finding(finding) for finding in outcome.findings),
    )


def _finding(finding: Finding) -> ShownFinding:
    says, remedy = FINDING_TEXTS.get(finding.code, (finding.code, ""))
    data: defaultdict[str, str | int] = defaultdict(lambda: "?", finding.data)
    return ShownFinding(
        severity=finding.severity.value,
        says=says.format_map(data),
        # The page has told what helps against OpenSSL's own answers before.
        remedy="" if finding.code == "openssl.diagnostic" else remedy.format_map(data),
        code=finding.code,
    )


def _ends_first(report: Report) -> str:
    """What it is that ends a trusted report: a certificate of the path or a CRL."""
    expiry = report.effective_expiry
    if expiry is None:
        return ""
    ends = [(element.not_after, f"“{_short(element.subject)}” ends") for element in report.path]
    ends += [
        (crl.next_update, f"the CRL of “{_short(crl.issuer)}” is then out of date")
        for crl in report.crls
        if crl.next_update is not None
    ]
    near = [(abs((moment - expiry).total_seconds()), says) for moment, says in ends]
    distance, says = min(near, default=(10.0, ""))
    return says if distance <= 1 else ""


def _short(name: str) -> str:
    """The common name of a name as OpenSSL prints it, or all of it."""
    for part in name.replace("/", ", ").split(", "):
        key, _, value = part.partition("=")
        if key.strip() == "CN" and value.strip():
            return value.strip()
    return name
