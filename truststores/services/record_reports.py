from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from pki.verify.report import CheckResult, Diagnostic, Report
from pki.verify.run import report_to_json
from truststores.models import PastReport, ReportBody, ValidationReport, Verdict
from truststores.services.run_validations import MadeReport
from truststores.services.settle_standings import settle_standings

X509_V_ERR_INVALID_PURPOSE = 26
_CODES_KEPT = 40
_WRITTEN = (
    "verdict",
    "first_code",
    "depth",
    "codes",
    "urgency",
    "meant_for_usage",
    "warnings",
    "effective_expiry",
    "horizon",
    "inputs_digest",
    "made_at",
    "due_at",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What became of a chunk. What turned had been validated before; its reports are named too."""

    validated: int
    trusted: int
    not_trusted: int
    undetermined: int
    turned_good: int
    turned_bad: int
    changed_meanwhile: int
    good_reports: tuple[int, ...]
    bad_reports: tuple[int, ...]


@transaction.atomic
def record_reports(*, made: Sequence[MadeReport]) -> Recorded:
    """Write reports, keep what they replace where it said something else, and sum up standings.

    A report is written only where its row is still of the generation whose inputs it was made
    from; any other stays due and is made again.
    """
    by_pk = {one.pk: one for one in made}
    rows = list(
        ValidationReport.objects.select_for_update(of=("self",)).filter(pk__in=by_pk).order_by("pk")
    )
    current = [row for row in rows if row.generation == by_pk[row.pk].generation]
    before = {row.pk: (row.verdict, row.codes) for row in current}
    changed = {
        row.pk for row in current if row.made_at and before[row.pk] != _says(by_pk[row.pk].report)
    }
    _keep_past([row for row in current if row.pk in changed], by_pk)
    for row in current:
        _fill(row, by_pk[row.pk])
    _write(current, by_pk)
    settle_standings(certificate_ids={row.certificate_id for row in current})
    good = [row.pk for row in current if row.pk in changed and _turned(before[row.pk], row) > 0]
    bad = [row.pk for row in current if row.pk in changed and _turned(before[row.pk], row) < 0]
    return Recorded(
        validated=len(current),
        trusted=_count(current, Verdict.TRUSTED),
        not_trusted=_count(current, Verdict.NOT_TRUSTED),
        undetermined=_count(current, Verdict.UNDETERMINED),
        turned_good=len(good),
        turned_bad=len(bad),
        changed_meanwhile=len(made) - len(current),
        good_reports=tuple(good),
        bad_reports=tuple(bad),
    )


def _turned(before: tuple[str, str], row: ValidationReport) -> int:
    """1 when it became trusted, -1 when it stopped being so, 0 otherwise."""
    return (row.verdict == Verdict.TRUSTED) - (before[0] == Verdict.TRUSTED)


def _says(report: Report) -> tuple[str, str]:
    return report.verdict.value, codes_text(report.diagnostics)


def codes_text(diagnostics: Sequence[Diagnostic]) -> str:
    """The codes as one searchable text: ` 20@0 21@0 `; empty where there are none."""
    codes = dict.fromkeys(f"{one.number}@{one.depth}" for one in diagnostics[:_CODES_KEPT])
    return f" {' '.join(codes)} " if codes else ""


def meant_for_usage(report: Report) -> bool:
    """Whether the store's usage has anything to do with the certificate.

    A client certificate in a store for servers is no fault: where OpenSSL finds a purpose mismatch
    at the leaf itself, whatever else it finds says nothing about whether the certificate works.
    """
    return not any(
        one.number == X509_V_ERR_INVALID_PURPOSE and one.depth == 0 and not one.crl_path
        for one in report.diagnostics
    )


def urgency_of(verdict: str, *, meant: bool, chained: bool, expiry: datetime | None) -> str:
    if verdict == Verdict.TRUSTED:
        ends = expiry.astimezone(UTC).isoformat()[:16] if expiry else "9999"
        return f"3 {ends}"
    if not meant:
        return "4"
    if verdict == Verdict.UNDETERMINED:
        return "1"
    return "0" if chained else "0 loose"


def _fill(row: ValidationReport, made: MadeReport) -> None:
    report = made.report
    first = report.diagnostics[0] if report.diagnostics else None
    row.verdict, row.codes = _says(report)
    row.first_code = first.number if first else None
    row.depth = first.depth if first else None
    row.meant_for_usage = meant_for_usage(report)
    row.warnings = sum(check.result == CheckResult.WARNING for check in report.checks)
    row.effective_expiry = report.effective_expiry
    row.urgency = urgency_of(
        row.verdict,
        meant=row.meant_for_usage,
        chained=row.chained,
        expiry=row.effective_expiry,
    )
    row.horizon = report.horizon
    row.inputs_digest = made.inputs_digest
    row.made_at = report.moment
    row.due_at = report.horizon


def _keep_past(rows: Sequence[ValidationReport], by_pk: dict[int, MadeReport]) -> None:
    bodies: dict[int, Any] = dict(
        ReportBody.objects.filter(report__in=rows).values_list("report_id", "content")
    )
    PastReport.objects.bulk_create(
        PastReport(
            report=row,
            verdict=row.verdict,
            first_code=row.first_code,
            depth=row.depth,
            codes=row.codes,
            made_at=row.made_at,
            ended_at=by_pk[row.pk].report.moment,
            content=bodies[row.pk],
        )
        for row in rows
        if row.made_at is not None and row.pk in bodies
    )


def _write(rows: Sequence[ValidationReport], by_pk: dict[int, MadeReport]) -> None:
    """Both writes are one INSERT ... ON CONFLICT DO UPDATE each; the rows exist and are locked."""
    ValidationReport.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN
    )
    ReportBody.objects.bulk_create(
        (ReportBody(report=row, content=report_to_json(by_pk[row.pk].report)) for row in rows),
        update_conflicts=True,
        unique_fields=["report"],
        update_fields=["content"],
    )


def _count(rows: Sequence[ValidationReport], verdict: Verdict) -> int:
    return sum(row.verdict == verdict for row in rows)
