from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from audit.models import AuditEvent  # noqa: F401  (type argument below)


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Named questions to the log."""

    def matching(self, text: str) -> Self:
        """Events of an actor, subject or address that contains the text."""
        return self.filter(
            Q(actor_name__icontains=text)
            | Q(subject_text__icontains=text)
            | Q(subject_id=text)
            | Q(address=text)
        )
