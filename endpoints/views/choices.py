from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from endpoints.choices import CHOICES, MOST_FOUND

_NAME = re.compile(r"[a-z_]{1,40}")
_LONGEST_TEXT = 400


@require_safe
def choices(request: HttpRequest, kind: str) -> HttpResponse:
    """What a search for things to choose finds, as a part of a form."""
    name = request.GET.get("name", "")
    if kind not in CHOICES or not _NAME.fullmatch(name):
        raise Http404
    text = request.GET.get("q", "").strip()[:_LONGEST_TEXT]
    chosen = set(request.GET.getlist("chosen"))
    found = CHOICES[kind].search(text)
    context = {
        "name": name,
        "many": "many" in request.GET,
        "ordered": "ordered" in request.GET,
        "text": text,
        "found": [one for one in found[:MOST_FOUND] if one.value not in chosen],
        "more": len(found) > MOST_FOUND,
    }
    return render(request, "endpoints/_found.html", context)
