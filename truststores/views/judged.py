"""CRLs that somebody wants to count in a store are judged first; what is refused is said."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from truststores.crl_texts import crl_sentence
from truststores.errors import StoreChangeRefused
from truststores.models import TrustStore
from truststores.proposals import StoreChange
from truststores.services.judge_crls import JudgedCrls, judge_crls
from truststores.views.proposals import lead_to_preview
from truststores.views.refusals import tell_refusal

_REFUSED_SHOWN = 10


def lead_with_crls(request: HttpRequest, store: TrustStore, change: StoreChange) -> HttpResponse:
    """Show what a change would do with those of its CRLs that may count.

    A CRL that is newer than one in use takes its place in the same change. Where nothing is left of
    the change, there is nothing to show but the reasons.
    """
    joining = [one.certificate_id for one in change.additions]
    try:
        judged = judge_crls(
            store=store, crl_ids=change.crls_added, joining=joining, moment=timezone.now()
        )
    except StoreChangeRefused as refusal:
        tell_refusal(request, refusal)
        return redirect(store)
    _tell_refused(request, judged)
    allowed = replace(
        change,
        crls_added=judged.accepted,
        crls_dropped=(*change.crls_dropped, *judged.superseded),
    )
    if judged.refused and allowed.is_empty:
        return redirect(store)
    return lead_to_preview(request, store, allowed)


def _tell_refused(request: HttpRequest, judged: JudgedCrls) -> None:
    for one in judged.refused[:_REFUSED_SHOWN]:
        reasons = " ".join(crl_sentence(each.code, each.data) for each in one.refusals)
        messages.error(request, f"{one.crl} does not come into the store. {reasons}")
    more = len(judged.refused) - _REFUSED_SHOWN
    if more > 0:
        messages.error(request, f"And {more} more CRLs do not come into the store.")
