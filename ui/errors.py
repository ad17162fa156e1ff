"""Answers to requests that no view can answer, as pages in the design."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from redis import RedisError

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


# Seconds after which it is worth asking again; a disk takes longer to be cleared than a server to
# be started, but nobody waits longer than that before a page.
_TRY_AGAIN = 30
# "database or disk is full" of SQLite and "No space left on device" of PostgreSQL (class 53100).
_FULL = ("disk is full", "no space left")


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 where the console is well, and its disk, database or broker is not.

    Nothing but templates without context are rendered: neither a database nor a session may be
    needed. What was under way was undone with its transaction.
    """
    faults = list(_behind(sys.exc_info()[1]))
    if any(_is_full(fault) for fault in faults):
        return _not_now("full")
    if any(_is_away(fault) for fault in faults):
        return _not_now("away")
    return HttpResponse(render_to_string("500.html"), status=500)


def _behind(fault: BaseException | None) -> Iterator[BaseException]:
    """A fault and what led to it."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        fault = fault.__cause__ or fault.__context__


def _is_away(fault: BaseException) -> bool:
    # What SQLite says of a table or a column that is not there is a fault of ours, and stays one.
    return isinstance(fault, OperationalError | InterfaceError | RedisError) and not str(
        fault
    ).startswith("no such ")


def _is_full(fault: BaseException) -> bool:
    if isinstance(fault, OSError):
        return fault.errno in (errno.ENOSPC, errno.EDQUOT)
    said = str(fault).lower()
    return isinstance(fault, OperationalError) and any(words in said for words in _FULL)


def _not_now(why: str) -> HttpResponse:
    page = render_to_string("503.html", {"why": why})
    return HttpResponse(page, status=503, headers={"Retry-After": str(_TRY_AGAIN)})
