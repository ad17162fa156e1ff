from __future__ import annotations

import ipaddress
import zoneinfo
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRefresh

from ui.http import wants_fragment

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


class SignedInMiddleware(LoginRequiredMiddleware):
    """Leads whoever is signed out to the sign-in, and from there back to a page.

    What a form sent meanwhile is lost and was not done: the way back is the page of that form and
    not the address that took it, which shows nothing. A part of a page that is fetched by itself
    lets the whole page be loaded again, and with it the sign-in.
    """

    def handle_no_permission(  # type: ignore[override]  # the stubs know redirects alone
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        if wants_fragment(request):
            return HttpResponseClientRefresh()
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        messages.warning(
            request, "You had been signed out, so nothing was done. Sign in and send it again."
        )
        return redirect_to_login(_page_before(request), self.get_login_url(view_func))


def _page_before(request: HttpRequest) -> str:
    """The page of the console that the request came from, as the browser says; or the overview."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return reverse("home")
    parts = urlsplit(came_from)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


class FormAddressMiddleware:
    """Shows a page to whoever opens an address that only takes what a form sends.

    A page that is loaded again after a form was refused is one, and what was bookmarked there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET":
            return response
        page = render(request, "405.html", {"above": _page_above(request.path)}, status=405)
        page["Allow"] = response["Allow"]
        return page


def _page_above(path: str) -> str:
    """The nearest address above this one at which there is something."""
    while path := path.rstrip("/").rpartition("/")[0]:
        try:
            resolve(f"{path}/")
        except Resolver404:
            continue
        return f"{path}/"
    return "/"


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
