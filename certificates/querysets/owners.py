from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from certificates.models.keys import Owner  # noqa: F401  (named in strings)


class OwnerQuerySet(models.QuerySet["Owner"]):
    """Named questions to the owners."""

    def matching(self, text: str) -> OwnerQuerySet:
        """Whose name or mail address holds every word."""
        found = self
        for word in text.split():
            found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return found
