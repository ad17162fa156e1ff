"""Standings together, as people ask for them: in the filters of lists and on the overview."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, TypeVar

from django.db import models
from django.utils import timezone

from endpoints.models import EndpointStanding

SOON = timedelta(days=30)
WORKING: Final = (EndpointStanding.WORKS, EndpointStanding.WARNED)
UNCLEAR: Final = (
    EndpointStanding.UNDETERMINED,
    EndpointStanding.INCOMPLETE,
    EndpointStanding.UNCHECKED,
)
STANDING_CHOICES: Final = (
    ("ending", "Stops within 30 days"),
    ("working", "Works, with or without warnings"),
    ("unclear", "Undetermined or not fully described"),
    *EndpointStanding.choices,
)

RowsT = TypeVar("RowsT", bound=models.QuerySet[models.Model])


def with_standing(rows: RowsT, word: str) -> RowsT:
    """Those of a standing, or of a group of them."""
    if word == "ending":
        return rows.filter(standing__in=WORKING, works_until__lt=timezone.now() + SOON)
    groups = {"working": WORKING, "unclear": UNCLEAR}
    return rows.filter(standing__in=groups.get(word, (word,)))
