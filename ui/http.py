"""Answers: a page or its fragment, and a file to keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_FILE_NAME = 100


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page and not, going back in history, for all of it."""
    details: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(details) and not (
        details is not None and (details.history_restore_request or details.boosted)
    )


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, or its `fragment` when htmx asks. Both stand at one address, so caches are told."""
    chosen = fragment if fragment and wants_fragment(request) else template
    response = render(request, chosen, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def file_name(wanted: str) -> str:
    """A safe ASCII file name: from an allow-list, of bounded length, never hidden, never empty."""
    stem, dot, suffix = wanted.rpartition(".")
    if not dot or not stem or len(suffix) > 8 or _NOT_IN_FILE_NAMES.search(suffix):
        stem, suffix = wanted, ""
    stem = re.sub(r"\.{2,}", ".", _NOT_IN_FILE_NAMES.sub("_", stem)).strip("._-")
    ending = f".{suffix}" if suffix else ""
    return f"{stem[: _LONGEST_FILE_NAME - len(ending)] or 'download'}{ending}"


def attachment(
    content: bytes, filename: str, content_type: str = "application/octet-stream"
) -> HttpResponse:
    """A download that is neither shown nor kept by a browser or a proxy."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name(filename)}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
