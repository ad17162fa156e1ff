"""The calendar of what stops working when, and the secret address of its feed."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs.models import Job
from pki.calendar import CONTENT_TYPE
from truststores.forms.moments import MomentForm
from truststores.models import CalendarFeed
from truststores.services.change_calendar_feed import (
    reader_of_feed,
    renew_calendar_feed,
    revoke_calendar_feed,
)
from truststores.services.make_calendar import make_calendar
from truststores.services.write_feed import write_feed
from truststores.shown_calendar import show_calendar
from truststores.views.actor import actor_of
from ui.http import attachment
from ui.uses import uses_of

LOOKS_SHOWN = 5
LONGEST_TOKEN = 100


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """What will stop working when, as a picture and a table."""
    moment = timezone.now()
    looks = Job.objects.filter(kind="foresee", parent=None).order_by("-created_at", "-pk")
    shown = show_calendar(make_calendar(moment=moment))
    context = {
        "calendar": shown,
        "uses": uses_of("certificate", shown.certificate_ids),
        "feed": CalendarFeed.objects.filter(user=actor_of(request)).first(),
        "form": MomentForm.beginning_at(moment + timedelta(days=90)),
        "looks": looks[:LOOKS_SHOWN],
    }
    return render(request, "truststores/calendar.html", context)


@require_POST
@never_cache
def calendar_feed_renew(request: HttpRequest) -> HttpResponse:
    """A new secret address; the answer shows it, this once."""
    token = renew_calendar_feed(actor=actor_of(request), request=request)
    address = request.build_absolute_uri(f"{reverse('truststores:calendar_feed')}?token={token}")
    return render(request, "truststores/calendar_feed.html", {"address": address})


@require_POST
def calendar_feed_revoke(request: HttpRequest) -> HttpResponse:
    """Close the address."""
    if revoke_calendar_feed(actor=actor_of(request), request=request):
        messages.success(request, "Nothing reads your calendar any more.")
    return redirect("truststores:calendar")


@require_safe
@login_not_required
@never_cache
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """The calendar for a calendar program, which knows the secret and cannot sign in.

    The secret stands in the query string, which no log of the console holds.
    """
    token = request.GET.get("token", "")
    if not token or len(token) > LONGEST_TOKEN or reader_of_feed(token) is None:
        raise Http404
    content = write_feed(moment=timezone.now(), address_of=request.build_absolute_uri)
    return attachment(content, "pkiadmin.ics", CONTENT_TYPE)
