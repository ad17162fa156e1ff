"""Where a bulk action leads back to: the list as it was, with its filters and its place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse


def list_address(request: HttpRequest, name: str = "certificates:certificates") -> str:
    """The list, as the form's query string says it was; nothing else can be named by that."""
    query = request.POST.get("query", "").lstrip("?")
    address = reverse(name)
    return f"{address}?{query}" if query else address


def back_to_list(
    request: HttpRequest, name: str = "certificates:certificates"
) -> HttpResponseRedirect:
    return redirect(list_address(request, name))
