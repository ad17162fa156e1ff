from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from certificates.models.certificate import Certificate  # noqa: F401  (type argument below)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Named questions to the inventory of certificates."""
