from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from certificates.models import Lifecycle
from truststores.ends import Cause, cause_of
from truststores.inputs import store_input
from truststores.models import TrustStore, ValidationReport, Verdict
from truststores.querysets.reports import ReportQuerySet
from truststores.services.judge_store import StoreJudge
from truststores.services.record_reports import meant_for_usage

CHUNK = 200
REPORTS_KEPT = 100
GROUPS_KEPT = 300


@dataclass(kw_only=True, slots=True)
class _Group:
    cause: Cause
    count: int = 0
    reports: list[int] = field(default_factory=list)

    def add(self, report_id: int) -> None:
        self.count += 1
        if len(self.reports) < REPORTS_KEPT:
            self.reports.append(report_id)


def foreseeable(*, moment: datetime) -> ReportQuerySet:
    """The reports that may say something else at that moment: those whose horizon lies before it.

    The others keep what they say. One look into the index of what is due, as a run has it. A report
    speaks of the time from its making to its horizon: of a moment that has passed, those that were
    made since are asked as well.
    """
    if moment >= timezone.now():
        return _counting().due(moment)
    made_since = Q(made_at__gt=moment) | Q(made_at=None)
    return _counting().filter(Q(due_at__lte=moment) | made_since)


def _counting() -> ReportQuerySet:
    """The reports that say whether a certificate in use works."""
    counting: ReportQuerySet = ValidationReport.objects.filter(
        chained=True, meant_for_usage=True, certificate__lifecycle=Lifecycle.ACTIVE
    )
    return counting


def foresee(
    *,
    moment: datetime,
    after_chunk: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """What will be broken at that moment that works now, by cause; as JSON, and nothing is stored.

    `after_chunk` is called with the number of reports asked so far.
    """
    broken: dict[tuple[Any, ...], _Group] = {}
    mended: list[int] = []
    counts: Counter[str] = Counter()
    for row, cause, verdict in _answers(moment, counts, after_chunk):
        if row.verdict == Verdict.PENDING:
            counts["unknown"] += 1
        elif row.verdict != Verdict.TRUSTED:
            counts["mended" if verdict == Verdict.TRUSTED else "still_broken"] += 1
            if verdict == Verdict.TRUSTED and len(mended) < REPORTS_KEPT:
                mended.append(row.pk)
        elif cause is None:
            counts["still_trusted"] += 1
        else:
            counts["broken"] += 1
            broken.setdefault((*cause.key, verdict), _Group(cause=cause)).add(row.pk)
    groups = sorted(broken.items(), key=lambda pair: (-pair[1].count, pair[0][0]))
    return {
        "asked": counts["asked"],
        "kept": _counting().count() - counts["asked"],
        "broken": counts["broken"],
        "mended": counts["mended"],
        "still_broken": counts["still_broken"],
        "still_trusted": counts["still_trusted"],
        "unknown": counts["unknown"],
        "mended_reports": mended,
        "groups": [_to_json(group, key[-1]) for key, group in groups[:GROUPS_KEPT]],
        "more_groups": max(0, len(groups) - GROUPS_KEPT),
    }


def _answers(
    moment: datetime, counts: Counter[str], after_chunk: Callable[[int], None]
) -> Iterator[tuple[ValidationReport, Cause | None, str]]:
    for store in TrustStore.objects.order_by("pk"):
        judge: StoreJudge | None = None
        after = 0
        while True:
            rows = list(
                foreseeable(moment=moment)
                .filter(trust_store=store, pk__gt=after)
                .select_related("certificate")
                .order_by("pk")[:CHUNK]
            )
            if not rows:
                break
            judge = judge or StoreJudge(store_input(store).trust)
            by_certificate = {row.certificate_id: row for row in rows}
            for judged in judge.judge([row.certificate for row in rows], moment):
                counts["asked"] += 1
                if not meant_for_usage(judged.report):
                    continue
                row = by_certificate[judged.certificate.pk]
                yield row, cause_of(judged.report), judged.report.verdict.value
            after = rows[-1].pk
            after_chunk(counts["asked"])


def _to_json(group: _Group, verdict: str) -> dict[str, Any]:
    cause = group.cause
    return {
        "kind": cause.kind.value,
        # What lies in themselves is one cause of many certificates, and not that of the first.
        "name": "" if cause.is_own else cause.name,
        "sha256": "" if cause.is_own else cause.sha256,
        "number": cause.number,
        "depth": cause.depth,
        "text": cause.text,
        "verdict": verdict,
        "count": group.count,
        "reports": group.reports,
    }
