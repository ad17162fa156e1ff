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

ANSWER_COLUMNS = ("verdict", "codes", "urgency", "meant_for_usage", "effective_expiry")
OTHER_COLUMNS = (
    "first_code",
    "depth",
    "warnings",
    "horizon",
    "inputs_digest",
    "made_at",
    "due_at",
)


class WrittenReport(NamedTuple):
    """What goes into the row of a report, and the whole of it for its body.

    `answers_as_before`: its row has the same in each of the `ANSWER_COLUMNS` already. Most reports
    that are made again do, and five indexes are spared.
    """

    pk: int
    answers_as_before: bool
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
    body = quote(ReportBody._meta.db_table)
    _update(OTHER_COLUMNS, [_others(one) for one in reports if one.answers_as_before])
    _update(
        (*ANSWER_COLUMNS, *OTHER_COLUMNS),
        [(*_answer(one), *_others(one)) for one in reports if not one.answers_as_before],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {body} (report_id, content) VALUES (%s, %s)"  # noqa: S608  (constants)
            " ON CONFLICT (report_id) DO UPDATE SET content = excluded.content",
            [(one.pk, report_to_text(one.report)) for one in reports],
        )


def _update(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    quote = connection.ops.quote_name
    assigned = ", ".join(f"{quote(name)} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(ValidationReport._meta.db_table)} SET {assigned} WHERE id = %s",  # noqa: S608  (constants)
            rows,
        )


def _answer(one: WrittenReport) -> tuple[Any, ...]:
    """In the order of `ANSWER_COLUMNS`."""
    expiry = _moment(one.report.effective_expiry)
    return one.verdict, one.codes, one.urgency, one.meant_for_usage, expiry


def _others(one: WrittenReport) -> tuple[Any, ...]:
    """In the order of `OTHER_COLUMNS`, and the id."""
    report = one.report
    horizon = _moment(report.horizon)
    return (
        one.first_code,
        one.depth,
        one.warnings,
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
