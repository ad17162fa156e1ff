from __future__ import annotations

from datetime import datetime

from truststores.inputs import store_input
from truststores.models import ValidationReport
from truststores.services.judge_store import Judged, StoreJudge


def validate_as_of(*, row: ValidationReport, moment: datetime) -> Judged:
    """What the store of this report would say of its certificate at that moment; stores nothing.

    With the CRLs that the store has now: those that will be renewed until then count as out of
    date.
    """
    judge = StoreJudge(store_input(row.trust_store).trust)
    return next(judge.judge([row.certificate], moment))
