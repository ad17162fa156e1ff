from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from endpoints.models import Account, Service


def find_due(*, moment: datetime) -> bool:
    """Whether any service or account is due: one query, each part a look into an index.

    This is the whole cost of a turn of the schedule in which nothing happened.
    """
    asked: list[str] = []
    params: list[Any] = []
    for rows in (Service.objects.due(moment), Account.objects.due(moment)):
        select, its_params = rows.order_by().values("pk").query.sql_with_params()
        asked.append(f"EXISTS ({select})")
        params.extend(its_params)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' OR '.join(asked)}", params)
        return bool(cursor.fetchone()[0])
