from __future__ import annotations

import ipaddress
import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

ZONE_COOKIE = "zone"


class ClientAddressMiddleware:
    """Behind proxies: lets `REMOTE_ADDR` be the client's address, which is throttled and logged.

    Each proxy adds the address that it sees to the end of `X-Forwarded-For`; of `settings.PROXIES`
    of them, the first one's is that far from the end. What stands before it the client wrote.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if settings.PROXIES == 0:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = request.headers.get("X-Forwarded-For", "").split(",")
        if len(named) >= settings.PROXIES:
            try:
                address = ipaddress.ip_address(named[-settings.PROXIES].strip())
            except ValueError:
                return self.get_response(request)
            request.META["REMOTE_ADDR"] = str(address)
        return self.get_response(request)


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
