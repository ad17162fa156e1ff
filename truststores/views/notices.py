"""What comes to its end, whom it concerns, and who has seen it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.models import Certificate, Crl
from jobs.models import Job
from truststores.forms.notices import RecipientsForm
from truststores.lists import ENDING
from truststores.models import NoticeMail, TrustStore
from truststores.services.acknowledge_end import acknowledge_end
from truststores.services.change_recipients import change_recipients
from truststores.services.find_crossings import ending_certificates, ending_crls
from truststores.views.actor import actor_of
from ui.http import render_page
from ui.uses import uses_of

may_change = permission_required("truststores.change_truststore", raise_exception=True)
may_acknowledge = permission_required("certificates.label_certificate", raise_exception=True)
_CRLS_SHOWN = 200


@require_safe
def expiring(request: HttpRequest) -> HttpResponse:
    """What ends within 90 days, the nearest first: certificates, CAs in use, CRLs of stores."""
    moment = timezone.now()
    found = ending_certificates(moment=moment).select_related("notice__acknowledged_by")
    crls = ending_crls(moment=moment).select_related("notice__acknowledged_by")
    stores = TrustStore.objects.order_by("name").values_list("pk", "name", "notice_recipients")
    page = ENDING.page(request, found)
    context = {
        "page": page,
        "uses": uses_of("certificate", [row.pk for row in page.rows]),
        "crls": list(crls.order_by("next_update", "pk")[:_CRLS_SHOWN]),
        "moment": moment,
        "site_recipients": settings.NOTICE_RECIPIENTS,
        "stores": list(stores[:_CRLS_SHOWN]),
        "waiting": NoticeMail.objects.filter(sent_at=None).count(),
        "last_run": Job.objects.filter(kind="send_notices").order_by("-created_at").first(),
    }
    return render_page(
        request, "truststores/expiring.html", context, fragment="truststores/_expiring_rows.html"
    )


@require_POST
@may_acknowledge
def end_acknowledge(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """No more notices of this end; or, with `undo`, notices again."""
    shown: Certificate | Crl
    if kind == "crl":
        shown = get_object_or_404(Crl, pk=pk)
    else:
        shown = get_object_or_404(Certificate, pk=pk)
    undo = "undo" in request.POST
    acknowledge_end(actor=actor_of(request), shown=shown, acknowledged=not undo, request=request)
    said = "Notices of its end go out again" if undo else "No more notices of its end go out"
    messages.success(request, f"{shown}: {said}.")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("truststores:expiring")
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def store_recipients(request: HttpRequest, pk: int) -> HttpResponse:
    """Who hears of the end of what stands in a trust store."""
    store = get_object_or_404(TrustStore, pk=pk)
    initial = {"recipients": "\n".join(store.notice_recipients)}
    form = RecipientsForm(request.POST or None, initial=initial)
    form.cancel_url = reverse("truststores:expiring")
    if request.method == "POST":
        form = RecipientsForm(request.POST)
        if form.is_valid():
            change_recipients(
                actor=actor_of(request),
                store_id=store.pk,
                recipients=form.to_recipients(),
                request=request,
            )
            messages.success(request, "Saved.")
            return redirect("truststores:expiring")
    context = {"store": store, "form": form, "site_recipients": settings.NOTICE_RECIPIENTS}
    return render(request, "truststores/store_recipients.html", context)
