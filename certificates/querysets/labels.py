from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from certificates.models.label import Label  # noqa: F401  (type argument below)


class LabelQuerySet(models.QuerySet["Label"]):
    """Named questions to the labels."""

    def unused(self) -> LabelQuerySet:
        """That are on nothing any more."""
        return self.filter(certificates=None, private_keys=None, public_keys=None)
