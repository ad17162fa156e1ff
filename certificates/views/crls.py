from __future__ import annotations

import re

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from certificates.finding_texts import said_stored
from certificates.lists import CRLS
from certificates.models import Certificate, Crl
from certificates.services.list_revoked import list_revoked
from ui.http import render_page
from ui.panels import panels_for

ISSUERS_SHOWN = 5


@require_safe
def crls(request: HttpRequest) -> HttpResponse:
    """The revocation lists."""
    page = CRLS.page(request, Crl.objects.all())
    return render_page(
        request, "certificates/crls.html", {"page": page}, fragment="certificates/_crl_rows.html"
    )


@require_safe
def crl(request: HttpRequest, pk: int) -> HttpResponse:
    """One revocation list and what it revokes."""
    shown = get_object_or_404(Crl.objects.select_related("encoded", "import_job"), pk=pk)
    serial = request.GET.get("serial", "").strip()[:200]
    page = re.fullmatch(r"[0-9]{1,9}", request.GET.get("page", "1"))
    revoked = list_revoked(shown, serial=serial, page=int(page[0]) if page else 1)
    named = Certificate.objects.cas().filter(subject_sha256=shown.issuer_sha256)
    named = named.order_by("-not_after", "pk")
    # RFC 5280, 5.2.1: of several of one name, the key identifier says which.
    other_key = ~Q(ski__in=("", shown.aki)) if shown.aki else Q(pk=None)
    context = {
        "crl": shown,
        "findings": said_stored(shown.findings),
        "revoked": revoked,
        "serial": serial,
        "issuers": list(named.exclude(other_key)[:ISSUERS_SHOWN]),
        "namesakes": list(named.filter(other_key)[:ISSUERS_SHOWN]),
        "panels": panels_for("crl", request, shown),
    }
    return render_page(
        request, "certificates/crl.html", context, fragment="certificates/_revoked.html"
    )
