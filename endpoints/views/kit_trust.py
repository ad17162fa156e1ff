"""What a kit would change in trust stores that are there already, before it is created."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from endpoints.forms.kit_create import KitCreateForm
from endpoints.kit_specs import KitNotes
from endpoints.models import Kit, KitStage
from endpoints.services.propose_trust import propose_trust
from endpoints.views.right import RIGHT
from truststores.models import StoreProposal
from truststores.shown_proposal import proposal_shown
from truststores.views.actor import actor_of
from ui.http import render_page
from ui.panels import panels_for


def lead_to_trust(request: HttpRequest, kit: Kit, notes: KitNotes) -> HttpResponse:
    """Find out what the kit would do to trust stores, and show it; nothing is changed yet."""
    if notes.proposals:
        messages.warning(
            request,
            "The kit was not created: a trust store changed meanwhile. Below stands what the kit "
            "would do to it as it is now.",
        )
    proposals = propose_trust(actor=actor_of(request), kit=kit, notes=notes)
    told = [("name", notes.name)]
    told += [(name, "on") for name in _TICKS if getattr(notes, name)]
    told += [("proposal", str(one.pk)) for one in proposals]
    return redirect(f"{reverse('endpoints:kit_trust', args=[kit.pk])}?{urlencode(told)}")


_TICKS = ("service", "account", "client_store", "server_store")


@require_safe
@permission_required((RIGHT, "truststores.change_truststore"), raise_exception=True)
def kit_trust(request: HttpRequest, pk: int) -> HttpResponse:
    """What turns red and green in each trust store, and the button that creates the kit.

    What the console shall note travels in the address, with the proposals that are shown.
    """
    kit = get_object_or_404(Kit.objects.with_parts(), pk=pk)
    form = KitCreateForm(request.GET, kit=kit, user=actor_of(request))
    if kit.stage == KitStage.CREATED or not form.is_valid():
        return redirect(kit)
    notes = form.to_notes()
    rows = StoreProposal.objects.filter(pk__in=notes.proposals).select_related("trust_store", "job")
    previews = [_preview(request, row) for row in rows.order_by("trust_store__name", "pk")]
    if not previews:
        return redirect(kit)
    context = {"kit": kit, "notes": notes, "previews": previews, **_together(previews)}
    return render_page(
        request, "endpoints/kits/trust.html", context, fragment="endpoints/kits/_trust.html"
    )


def _preview(request: HttpRequest, row: StoreProposal) -> dict[str, Any]:
    """One store: anchors and titles of its own, since another one may stand on the same page."""
    part = f"-{row.pk}"
    panels = panels_for("proposal", request, row) if row.outcome is not None else []
    return {
        **proposal_shown(row),
        "panels": [
            replace(
                panel,
                anchor=f"{panel.anchor}{part}",
                title=f"{panel.title} with {row.trust_store.name}",
            )
            for panel in panels
        ],
        "part": part,
    }


def _together(previews: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How far the previews are, and what they warn of."""
    waiting = [one for one in previews if one["outcome"] is None]
    worked_out = [one for one in previews if one["outcome"] is not None]
    failed = any(one["job"] is None or one["job"].has_ended for one in waiting)
    stale = any(one["is_stale"] for one in previews)
    return {
        "is_waiting": bool(waiting) and not failed and not stale,
        "is_over": failed or stale,
        "stopping": sum(one["red"].count for one in worked_out),
        "warnings": [warning for one in worked_out for warning in one["warnings"]],
    }
