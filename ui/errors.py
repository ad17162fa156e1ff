"""Answers to requests that no view can answer, as pages in the design."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ui.uploads import size_text


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; or 413 with the limit, where the request was larger than the console takes."""
    if isinstance(exception, RequestDataTooBig):
        limit = f"at most {size_text(settings.UPLOAD_MAX_BYTES)} of text or files"
        return render(request, "413.html", {"limit": limit}, status=413)
    if isinstance(exception, TooManyFieldsSent):
        limit = f"at most {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields"
        return render(request, "413.html", {"limit": limit}, status=413)
    if isinstance(exception, TooManyFilesSent):
        limit = f"at most {settings.DATA_UPLOAD_MAX_NUMBER_FILES:,} files"
        return render(request, "413.html", {"limit": limit}, status=413)
    return render(request, "400.html", status=400)
