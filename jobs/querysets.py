from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from jobs.models import Job  # noqa: F401  (type argument below)


class JobQuerySet(models.QuerySet["Job"]):
    """Named questions to the jobs."""
