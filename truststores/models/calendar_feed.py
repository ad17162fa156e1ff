from __future__ import annotations

from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """The secret address at which somebody's calendar program reads what stops working when.

    Only a digest of the secret is kept: whoever reads the database or a backup cannot read the
    calendar with it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.user}"
