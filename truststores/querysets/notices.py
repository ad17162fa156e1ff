from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from truststores.models.notice import Notice  # noqa: F401  (type argument below)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Named questions to the notices."""

    def due(self, moment: datetime) -> Self:
        """Whose next threshold is crossed; one look into the index `notice_due`."""
        return self.filter(next_at__lte=moment, acknowledged_at=None)
