"""Reports written in bulk, with plain SQL that SQLite and PostgreSQL both speak.

A run over the whole inventory lives from this: through `bulk_create` the rows of a report cost as
much as making it. The columns are written out here; a test holds them against the models.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from pki.verify.report import Report
from pki.verify.run import report_to_text
from truststores.models import ReportBody, ValidationReport

REPORT_COLUMNS = (
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


class WrittenReport(NamedTuple):
    """What goes into the row of a report, and the whole of it for its body."""

    pk: int
    verdict: str
    first_code: int | None
    depth: int | None
    codes: str
    urgency: str
    meant_for_usage: bool
    warnings: int
    inputs_digest: str
    report: Report


def write_reports(*, reports: Sequence[WrittenReport]) -> None:
    """Write these into rows that exist; the caller's transaction holds them."""
    if not reports:
        return
    quote = connection.ops.quote_name
    table, body = quote(ValidationReport._meta.db_table), quote(ReportBody._meta.db_table)
    assigned = ", ".join(f"{quote(name)} = %s" for name in REPORT_COLUMNS)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {assigned} WHERE id = %s",  # noqa: S608  (constants)
            [_row(one) for one in reports],
        )
        cursor.executemany(
            f"INSERT INTO {body} (report_id, content) VALUES (%s, %s)"  # noqa: S608  (constants)
            " ON CONFLICT (report_id) DO UPDATE SET content = excluded.content",
            [(one.pk, report_to_text(one.report)) for one in reports],
        )


def _row(one: WrittenReport) -> tuple[Any, ...]:
    report = one.report
    horizon = _moment(report.horizon)
    return (
        one.verdict,
        one.first_code,
        one.depth,
        one.codes,
        one.urgency,
        one.meant_for_usage,
        one.warnings,
        _moment(report.effective_expiry),
        horizon,
        one.inputs_digest,
        _moment(report.moment),
        horizon,
        one.pk,
    )


@lru_cache(maxsize=4096)
def _moment(moment: datetime | None) -> Any:
    """A moment as the database takes it; the reports of a batch share most of theirs."""
    return connection.ops.adapt_datetimefield_value(moment)
