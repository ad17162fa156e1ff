from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from certificates.models.crl import Crl  # noqa: F401  (type argument below)


class CrlQuerySet(models.QuerySet["Crl"]):
    """Named questions to the CRLs."""
