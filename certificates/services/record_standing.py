from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from certificates.models import Certificate, Standing

# SQLite takes 32,766 variables in one statement.
_IDS_PER_QUERY = 5_000


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
    changed = [one for part in _parts(standings) for one in _changed(part)]
    if changed:
        moment = connection.ops.adapt_datetimefield_value
        table = connection.ops.quote_name(Certificate._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET standing = %s, works_until = %s WHERE id = %s",  # noqa: S608  (a constant)
                [(one.standing, moment(one.works_until), one.certificate_id) for one in changed],
            )
    return len(changed)


def _parts(standings: Sequence[CertificateStanding]) -> list[Sequence[CertificateStanding]]:
    return [standings[at : at + _IDS_PER_QUERY] for at in range(0, len(standings), _IDS_PER_QUERY)]


def _changed(standings: Sequence[CertificateStanding]) -> list[CertificateStanding]:
    rows = Certificate.objects.filter(pk__in=[one.certificate_id for one in standings])
    before = {
        pk: (standing, works_until)
        for pk, standing, works_until in rows.order_by().values_list(
            "pk", "standing", "works_until"
        )
    }
    return [
        one
        for one in standings
        if before.get(one.certificate_id, (one.standing, one.works_until))
        != (one.standing, one.works_until)
    ]
