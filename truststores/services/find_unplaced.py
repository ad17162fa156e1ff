from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from certificates.models import Certificate, Standing
from truststores.models import ValidationReport


def find_unplaced() -> QuerySet[Certificate]:
    """The certificates that have arrived and have not been placed yet.

    What was placed has a report or is known to be unchained. Nothing here counts upwards: ids are
    committed out of order, and a row that becomes visible late is found all the same.
    """
    return Certificate.objects.filter(~Exists(_reports()), standing=Standing.UNCHECKED)


def find_placed() -> QuerySet[Certificate]:
    return Certificate.objects.filter(~Q(standing=Standing.UNCHECKED) | Exists(_reports()))


def _reports() -> QuerySet[ValidationReport]:
    return ValidationReport.objects.filter(certificate=OuterRef("pk"))
