from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

ZONE_COOKIE = "zone"


class ZoneMiddleware:
    """Shows moments in the zone that the browser names in a cookie; UTC without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = request.COOKIES.get(ZONE_COOKIE, "")
        try:
            zone = zoneinfo.ZoneInfo(named) if named else None
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            zone = None
        with timezone.override(zone):
            return self.get_response(request)
