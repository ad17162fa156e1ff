from __future__ import annotations

from datetime import datetime

from django.db import transaction

from truststores.models import ValidationReport
from truststores.services.record_reports import Recorded, record_reports
from truststores.services.run_validations import run_validations


def validate_now(*, report_id: int, moment: datetime) -> Recorded:
    """Make one report again, at once: somebody waits for it, and it takes milliseconds."""
    with transaction.atomic():
        ValidationReport.objects.filter(pk=report_id).become_due(moment)
    return record_reports(made=run_validations(report_ids=[report_id], moment=moment))
