from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from certificates.models import Certificate, Standing
from certificates.querysets.among import among


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateStanding:
    """What the reports of a certificate say together, and until when it works."""

    certificate_id: int
    standing: Standing
    works_until: datetime | None


def record_standing(*, standings: Sequence[CertificateStanding]) -> int:
    """Keep on the rows what validation found; how many of them have changed.

    Rows that say the same already are left alone: each write costs an index.
    """
    rows = Certificate.objects.filter(among("pk", [one.certificate_id for one in standings]))
    before = {
        pk: (standing, works_until)
        for pk, standing, works_until in rows.order_by().values_list(
            "pk", "standing", "works_until"
        )
    }
    return record_changed_standings(standings=standings, before=before)


def record_changed_standings(
    *,
    standings: Sequence[CertificateStanding],
    before: Mapping[int, tuple[str, datetime | None]],
) -> int:
    """The same for a caller who has read, and locked, what the rows say before."""
    changed = [
        one
        for one in standings
        if one.certificate_id in before
        and before[one.certificate_id] != (one.standing, one.works_until)
    ]
    if changed:
        moment = connection.ops.adapt_datetimefield_value
        table = connection.ops.quote_name(Certificate._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET standing = %s, works_until = %s WHERE id = %s",  # noqa: S608  (a constant)
                [(one.standing, moment(one.works_until), one.certificate_id) for one in changed],
            )
    return len(changed)
