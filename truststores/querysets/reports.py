from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from truststores.models.report import ValidationReport  # noqa: F401  (type argument below)

NAMES_AT_ONCE = 500


class ReportQuerySet(models.QuerySet["ValidationReport"]):
    """Named questions to the current reports."""

    def due(self, moment: datetime) -> Self:
        """What has to be made again; one look into the index `report_due`."""
        return self.filter(due_at__lte=moment)

    def with_code(self, number: int) -> Self:
        """Those in which OpenSSL gave this number, at any depth."""
        return self.filter(codes__contains=f" {number}@")

    def become_due(self, moment: datetime) -> int:
        """Something that these reports rest on has changed.

        The generation grows, so that a worker that has read the older inputs cannot write the
        report as up to date.
        """
        return self.update(due_at=moment, generation=F("generation") + 1)

    def resting_on(self, names: Collection[str]) -> list[Self]:
        """The reports of certificates whose issuer has one of these names, in bounded queries."""
        ordered = sorted(names)
        return [
            self.filter(certificate__issuer_sha256__in=ordered[start : start + NAMES_AT_ONCE])
            for start in range(0, len(ordered), NAMES_AT_ONCE)
        ]
