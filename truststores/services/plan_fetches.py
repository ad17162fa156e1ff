from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from jobs.services.request_job import request_job
from truststores.models import CrlSource

_AT_ONCE = 200
# The job itself says when the source is asked next; this stands should it never come to its end.
_SAFETY = timedelta(minutes=15)


@transaction.atomic
def plan_fetches(*, moment: datetime) -> int:
    """Ask for a job for every source that is due; gives how many. One indexed query where none is.

    The slot of a job is the source's turn, so two planners at once ask for one job.
    """
    due = list(CrlSource.objects.due(moment).select_for_update()[:_AT_ONCE])
    for source in due:
        source.last_job = request_job(
            kind="fetch_crl",
            params={"source_id": source.pk},
            title=fetch_title(source),
            slot=f"{source.pk}:{source.next_at.isoformat()}",
        )
        source.next_at = moment + _SAFETY
        source.save(update_fields=["last_job", "next_at"])
    return len(due)


def fetch_title(source: CrlSource) -> str:
    """The name of the job in lists: whose CRL, from where."""
    return f"CRL from {source.host}"[:200]
