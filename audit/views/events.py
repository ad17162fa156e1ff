from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from audit.action_texts import sentence_of
from audit.lists import EVENTS
from audit.models import AuditEvent
from ui.http import render_page


@require_safe
@permission_required("audit.view_auditevent", raise_exception=True)
def events(request: HttpRequest) -> HttpResponse:
    """Who did what and when, newest first."""
    page = EVENTS.page(request, AuditEvent.objects.all())
    told = [
        (event, sentence_of(event.action, event.subject_text, event.data)) for event in page.rows
    ]
    context = {"page": page, "events": told}
    return render_page(request, "audit/events.html", context, fragment="audit/_rows.html")
