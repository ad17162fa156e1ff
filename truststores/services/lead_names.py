from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from truststores.models import StoreName
from truststores.querysets.reports import NAMES_AT_ONCE
from truststores.services.find_unplaced import find_placed
from truststores.services.pair_certificates import pair_certificates


def lead_names(*, store_id: int, names: Iterable[str], moment: datetime) -> None:
    """Let these names lead into the store; what was issued under them gets a due report.

    Arrivals that have not been placed yet are left to their placement, which looks at every store.
    """
    ordered = sorted(names)
    StoreName.objects.bulk_create(
        [StoreName(trust_store_id=store_id, name_sha256=name) for name in ordered],
        ignore_conflicts=True,
    )
    for start in range(0, len(ordered), NAMES_AT_ONCE):
        pair_certificates(
            store_id=store_id,
            certificates=find_placed().filter(
                issuer_sha256__in=ordered[start : start + NAMES_AT_ONCE]
            ),
            moment=moment,
        )
