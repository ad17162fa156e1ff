from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from certificates.models import Certificate, Standing
from certificates.querysets.among import among
from truststores.models import ValidationReport


def find_unplaced() -> QuerySet[Certificate]:
    """The certificates that have arrived and have not been placed yet.

    What was placed has a report or is known to be unchained. Nothing here counts upwards: ids are
    committed out of order, and a row that becomes visible late is found all the same.
    """
    return Certificate.objects.filter(~Exists(_reports()), standing=Standing.UNCHECKED)


def find_unplaced_among(ids: Iterable[int]) -> list[Certificate]:
    """Those of these that are not placed yet, with what placing them asks for.

    They are picked out here: told the standing as well, SQLite looks through everything that has it
    instead of through the ids, and a million arrivals cost the square of it.
    """
    rows = (
        Certificate.objects.filter(among("pk", ids))
        .annotate(is_placed=Exists(_reports()))
        .only("pk", "issuer_sha256", "subject_sha256", "is_ca", "standing")
        .order_by("pk")
    )
    return [
        row
        for row in rows
        if row.standing == Standing.UNCHECKED and not row.is_placed  # type: ignore[attr-defined]  # annotated above
    ]


def find_placed() -> QuerySet[Certificate]:
    return Certificate.objects.filter(~Q(standing=Standing.UNCHECKED) | Exists(_reports()))


def _reports() -> QuerySet[ValidationReport]:
    return ValidationReport.objects.filter(certificate=OuterRef("pk"))
