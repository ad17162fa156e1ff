from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from truststores.models.crl_source import CrlSource  # noqa: F401  (type argument below)


class CrlSourceQuerySet(models.QuerySet["CrlSource"]):
    """Named questions to the sources of CRLs."""

    def due(self, moment: datetime) -> Self:
        """What is to be asked now; one look into the index `crl_source_due`."""
        return self.filter(next_at__lte=moment).order_by("next_at", "pk")
