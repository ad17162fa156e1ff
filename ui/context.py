"""What the frame of every page needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ui.navigation import sections_for

THEME_COOKIE = "theme"
_THEMES = frozenset(("light", "dark"))


def chrome(request: HttpRequest) -> dict[str, Any]:
    """What this user may open, the theme that the browser chose, and the version that runs."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "navigation": sections_for(request, settings.NAVIGATION) if signed_in else (),
        "theme": theme if theme in _THEMES else "",
        "version": settings.VERSION,
    }
