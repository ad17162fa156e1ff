from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pki.verify.run import report_from_json
from tests.truststores.conftest import DAY, NOW, authority, bring_in, leaf, work_off
from truststores.models import PastReport, ValidationReport
from truststores.services.run_validations import run_validations
from truststores.services.write_reports import ANSWER_COLUMNS, OTHER_COLUMNS

pytestmark = pytest.mark.django_db

# What a report is of, and what decides about making it: the planner writes these.
_NOT_WRITTEN = {"id", "certificate_id", "trust_store_id", "chained", "generation"}


def test_every_column_of_a_report_is_written_or_is_the_planners() -> None:
    columns = {field.column for field in ValidationReport._meta.concrete_fields}
    assert columns == _NOT_WRITTEN.union(ANSWER_COLUMNS, OTHER_COLUMNS)
    assert len(columns) == sum(map(len, (_NOT_WRITTEN, ANSWER_COLUMNS, OTHER_COLUMNS)))


@pytest.mark.parametrize("usage", ["server", "client"])
def test_it_keeps_row_and_body_as_the_report_was_made(
    store_of: Callable[..., Any], usage: str
) -> None:
    root = authority("Root")
    store = store_of("Partners", root, usage=usage)
    bring_in(leaf("www.example.com", root))
    work_off(NOW)

    row = ValidationReport.objects.get(trust_store=store, certificate__is_ca=False)
    kept = report_from_json(row.body.content)
    ValidationReport.objects.filter(pk=row.pk).update(due_at=NOW)
    [again] = run_validations(report_ids=[row.pk], moment=NOW)

    assert kept == again.report
    assert row.verdict == kept.verdict.value == ("trusted" if usage == "server" else "not_trusted")
    assert (row.effective_expiry, row.horizon, row.due_at) == (
        kept.effective_expiry,
        kept.horizon,
        kept.horizon,
    )
    assert row.inputs_digest == again.inputs_digest
    assert row.made_at == NOW
    assert row.codes == ("" if usage == "server" else " 26@0 ")


def test_a_report_that_says_something_else_keeps_its_predecessor_whole(
    store_of: Callable[..., Any],
) -> None:
    root = authority("Root")
    store_of("Partners", root)
    bring_in(leaf("www.example.com", root, end=5))
    work_off(NOW)
    before = ValidationReport.objects.get(certificate__is_ca=False)
    said = report_from_json(before.body.content)

    work_off(NOW + 6 * DAY)

    past = PastReport.objects.get()
    now = ValidationReport.objects.get(pk=before.pk)
    assert report_from_json(past.content) == said
    assert (past.verdict, past.codes, past.made_at) == ("trusted", "", NOW)
    assert past.ended_at == NOW + 6 * DAY
    assert (now.verdict, now.codes, now.first_code, now.depth) == ("not_trusted", " 10@0 ", 10, 0)


def test_a_loose_certificate_that_chains_with_the_same_answer_is_summed_up(
    store_of: Callable[..., Any],
) -> None:
    root = authority("Root")
    store_of("Partners", root)
    bring_in(leaf("www.example.com", authority("Issuer", authority("Elsewhere"))))
    work_off(NOW)
    before = ValidationReport.objects.get(certificate__is_ca=False)
    assert (before.codes, before.chained, before.certificate.standing) == (
        " 20@0 21@0 ",
        False,
        "unchained",
    )

    bring_in(authority("Issuer", root, key="another issuer"))
    work_off(NOW + DAY)

    now = ValidationReport.objects.get(pk=before.pk)
    assert (now.codes, now.chained) == (before.codes, True)
    assert (now.urgency, now.certificate.standing) == ("0", "not_trusted")
