from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from truststores.models import PlacedIssuer, ValidationReport
from truststores.services.find_newer_crls import find_newer_crls
from truststores.services.find_unplaced import find_unplaced


def find_work(*, moment: datetime) -> bool:
    """Whether anything is due, has arrived or has gone: one query, each part an index look-up.

    This is the whole cost of a turn of the schedule in which nothing happened.
    """
    questions = (
        ValidationReport.objects.due(moment),
        find_unplaced(),
        PlacedIssuer.objects.filter(certificate=None),
        find_newer_crls(moment=moment),
    )
    asked: list[str] = []
    params: list[Any] = []
    for question in questions:
        select, its_params = question.order_by().values("pk").query.sql_with_params()
        asked.append(f"EXISTS ({select})")
        params.extend(its_params)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' OR '.join(asked)}", params)
        return bool(cursor.fetchone()[0])
