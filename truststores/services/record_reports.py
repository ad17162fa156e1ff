from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.db.models.lookups import IsNull

from certificates.querysets.among import among
from pki.verify.report import CheckResult, Diagnostic, Report
from truststores.models import PastReport, ValidationReport, Verdict
from truststores.services.run_validations import MadeReport
from truststores.services.settle_standings import settle_standings
from truststores.services.write_reports import WrittenReport, write_reports

X509_V_ERR_INVALID_PURPOSE = 26
_CODES_KEPT = 40


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


class _Row(NamedTuple):
    """What is known of a report before it is written anew."""

    pk: int
    certificate_id: int
    generation: int
    verdict: str
    codes: str
    urgency: str
    meant_for_usage: bool
    effective_expiry: datetime | None
    chained: bool
    was_made: bool


@transaction.atomic
def record_reports(*, made: Sequence[MadeReport]) -> Recorded:
    """Write reports, keep what they replace where it said something else, and sum up standings.

    A report is written only where its row is still of the generation whose inputs it was made
    from; any other stays due and is made again.
    """
    by_pk = {one.pk: one for one in made}
    rows = [
        _Row(*values)
        for values in ValidationReport.objects.select_for_update(of=("self",))
        .filter(among("pk", by_pk))
        .order_by("pk")
        .values_list(
            *("pk", "certificate_id", "generation", "verdict", "codes", "urgency"),
            *("meant_for_usage", "effective_expiry", "chained"),
            IsNull(F("made_at"), False),
        )
    ]
    current = [row for row in rows if row.generation == by_pk[row.pk].generation]
    written = {row.pk: _written(row, by_pk[row.pk]) for row in current}
    changed = [row for row in current if row.was_made and _says(row) != _says(written[row.pk])]
    _keep_past({row.pk: by_pk[row.pk].report.moment for row in changed})
    write_reports(reports=list(written.values()))
    settle_standings(
        certificate_ids={
            row.certificate_id for row in current if not written[row.pk].answers_as_before
        }
    )
    verdicts = Counter(one.verdict for one in written.values())
    good = [row.pk for row in changed if _turned(row, written[row.pk]) > 0]
    bad = [row.pk for row in changed if _turned(row, written[row.pk]) < 0]
    return Recorded(
        validated=len(current),
        trusted=verdicts[Verdict.TRUSTED],
        not_trusted=verdicts[Verdict.NOT_TRUSTED],
        undetermined=verdicts[Verdict.UNDETERMINED],
        turned_good=len(good),
        turned_bad=len(bad),
        changed_meanwhile=len(made) - len(current),
        good_reports=tuple(good),
        bad_reports=tuple(bad),
    )


def _turned(before: _Row, after: WrittenReport) -> int:
    """1 when it became trusted, -1 when it stopped being so, 0 otherwise."""
    return (after.verdict == Verdict.TRUSTED) - (before.verdict == Verdict.TRUSTED)


def _says(one: _Row | WrittenReport) -> tuple[str, str]:
    return one.verdict, one.codes


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


def _written(row: _Row, made: MadeReport) -> WrittenReport:
    report = made.report
    first = report.decisive
    verdict = report.verdict.value
    meant = meant_for_usage(report)
    codes = codes_text(report.diagnostics)
    expiry = report.effective_expiry
    urgency = urgency_of(verdict, meant=meant, chained=row.chained, expiry=expiry)
    before = row.verdict, row.codes, row.urgency, row.meant_for_usage, row.effective_expiry
    return WrittenReport(
        pk=row.pk,
        answers_as_before=before == (verdict, codes, urgency, meant, expiry),
        verdict=verdict,
        first_code=first.number if first else None,
        depth=first.depth if first else None,
        codes=codes,
        urgency=urgency,
        meant_for_usage=meant,
        warnings=[check.result for check in report.checks].count(CheckResult.WARNING),
        inputs_digest=made.inputs_digest,
        report=report,
    )


def _keep_past(ended_at: Mapping[int, datetime]) -> None:
    """Keep what these reports say now, with their bodies, before they are overwritten."""
    if not ended_at:
        return
    rows = ValidationReport.objects.filter(among("pk", ended_at), body__isnull=False)
    PastReport.objects.bulk_create(
        PastReport(
            report=row,
            verdict=row.verdict,
            first_code=row.first_code,
            depth=row.depth,
            codes=row.codes,
            made_at=row.made_at,
            ended_at=ended_at[row.pk],
            content=row.body.content,
        )
        for row in rows.select_related("body").order_by("pk")
        if row.made_at is not None
    )
