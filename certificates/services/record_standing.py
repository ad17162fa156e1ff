from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from certificates.models import Certificate, Standing


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateStanding:
    """What the current reports of a certificate say together, and until when it works."""

    certificate_id: int
    standing: Standing
    works_until: datetime | None


def record_standing(*, standings: Sequence[CertificateStanding]) -> None:
    """Write what validation found on the rows that lists filter by, in the caller's transaction.

    Plain UPDATEs by primary key: `bulk_update` would build one statement with a clause per row.
    """
    moment = connection.ops.adapt_datetimefield_value
    table = connection.ops.quote_name(Certificate._meta.db_table)
    rows = [
        (
            one.standing.value,
            None if one.works_until is None else moment(one.works_until),
            one.certificate_id,
        )
        for one in standings
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET standing = %s, works_until = %s WHERE id = %s",  # noqa: S608  (constants)
            rows,
        )
