"""What the pages of services and accounts show of rehearsed connections."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from endpoints.models import Account, Rehearsal, Service
from endpoints.shown_rehearsal import in_short
from ui.panels import Panel

MOST_SHOWN = 5


def rehearsals_of_service(request: HttpRequest, shown: object) -> Panel | None:
    """The last rehearsals with a service, and the way to another one."""
    if not isinstance(shown, Service) or not shown.speaks_tls:
        return None
    return _panel("service", shown)


def rehearsals_of_account(request: HttpRequest, shown: object) -> Panel | None:
    """The last rehearsals of an account, and the way to another one."""
    if not isinstance(shown, Account):
        return None
    return _panel("account", shown)


def _panel(which: str, shown: Service | Account) -> Panel:
    rows = Rehearsal.objects.filter(**{which: shown}).select_related("service", "account")
    newest = list(rows[: MOST_SHOWN + 1])
    query = f"?{which}={shown.pk}"
    return Panel(
        title="Rehearsed connections",
        template="endpoints/_rehearsals_of.html",
        anchor="rehearsals",
        context={
            "lines": [(one, in_short(one)) for one in newest[:MOST_SHOWN]],
            "is_service": which == "service",
            "has_more": len(newest) > MOST_SHOWN,
            "all_url": reverse("endpoints:rehearsals") + query,
            "new_url": reverse("endpoints:rehearsal_new") + query,
        },
    )
