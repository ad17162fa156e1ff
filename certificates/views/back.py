"""Where a bulk action leads back to: the list as it was, with its filters and its place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse


def list_address(request: HttpRequest) -> str:
    """The list that the form names by its query string; nothing else can be named."""
    query = request.POST.get("query", "").lstrip("?")
    address = reverse("certificates:certificates")
    return f"{address}?{query}" if query else address


def back_to_list(request: HttpRequest) -> HttpResponseRedirect:
    return redirect(list_address(request))
