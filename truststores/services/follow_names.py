from __future__ import annotations

from collections.abc import Iterable

from certificates.models import Certificate
from truststores.querysets.reports import NAMES_AT_ONCE


def follow_names(*, names: Iterable[str]) -> set[str]:
    """Every subject name to which these lead: they themselves, the names of the CAs that they
    issued, and so on downwards.

    Whatever has its issuer among the answer rests, by name, on one of the given names.
    """
    reached = set(names)
    front = sorted(reached)
    while front:
        found: set[str] = set()
        for start in range(0, len(front), NAMES_AT_ONCE):
            found.update(
                Certificate.objects.filter(
                    is_ca=True, issuer_sha256__in=front[start : start + NAMES_AT_ONCE]
                ).values_list("subject_sha256", flat=True)
            )
        front = sorted(found - reached)
        reached |= found
    return reached
