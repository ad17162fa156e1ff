from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What needs attention; while the inventory is empty, the three first steps."""
    return render(request, "pkiadmin/home.html")
