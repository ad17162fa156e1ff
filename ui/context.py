"""What the frame of every page needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The navigation entries that this user may open."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": ()}
    return {
        "navigation": [
            item
            for item in settings.NAVIGATION
            if not item.permission or user.has_perm(item.permission)
        ]
    }
