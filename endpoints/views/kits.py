from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from endpoints.forms.kit_pairs import successor
from endpoints.forms.kit_parties import address_of
from endpoints.kit_lists import KITS
from endpoints.models import Kit, KitStage
from endpoints.services.delete_kit import delete_kit
from endpoints.views.kit_wizard import proof_context, sides_context
from endpoints.views.right import RIGHT
from pki.kits.meeting import Side
from truststores.views.actor import actor_of
from ui.http import render_page


@require_safe
def kits(request: HttpRequest) -> HttpResponse:
    """Every kit, and whether it still works."""
    page = KITS.page(request, Kit.objects.with_parts())
    return render_page(
        request, "endpoints/kits/kits.html", {"page": page}, fragment="endpoints/kits/_rows.html"
    )


@require_safe
def kit(request: HttpRequest, pk: int) -> HttpResponse:
    """One kit: whom it is for, its two archives, and what was proven."""
    shown = get_object_or_404(Kit.objects.with_parts().select_related("actor", "renews"), pk=pk)
    if shown.stage == KitStage.BEGUN:
        return redirect(shown)
    context = {
        "kit": shown,
        "successors": [
            (side, after)
            for side in Side
            if (after := successor(shown.certificate_of(side))) != shown.certificate_of(side)
        ],
        "again_url": address_of(shown),
        "renewed_by": shown.renewed_by.filter(stage=KitStage.CREATED).order_by("-pk").first(),
        **sides_context(shown),
        **proof_context(shown),
    }
    return render_page(request, "endpoints/kits/kit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RIGHT, raise_exception=True)
def kit_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a kit, after saying what stays."""
    shown = get_object_or_404(Kit.objects.with_parts(), pk=pk)
    if request.method == "POST":
        delete_kit(actor=actor_of(request), kit=shown, request=request)
        messages.success(request, f"The kit “{shown.name}” is deleted.")
        return redirect("endpoints:kits")
    return render_page(request, "endpoints/kits/delete.html", {"kit": shown})
