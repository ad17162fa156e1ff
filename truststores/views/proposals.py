"""The preview of a change of a trust store, and the one place from which it is saved."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from truststores.errors import StoreChanged, StoreChangeRefused
from truststores.forms.stores import RevisionForm
from truststores.models import StoreProposal, TrustStore
from truststores.proposals import StoreChange, change_from_json
from truststores.services.propose_change import propose_change
from truststores.services.save_proposal import save_proposal
from truststores.shown_proposal import proposal_shown
from truststores.views.actor import actor_of
from truststores.views.refusals import tell_refusal
from ui.http import render_page
from ui.panels import panels_for

may_change = permission_required("truststores.change_truststore", raise_exception=True)


def refuse_older(store: TrustStore, revision: int | None) -> None:
    """Raises `StoreChanged` where somebody looked at an older revision of the store."""
    if revision is not None and store.revision != revision:
        raise StoreChanged


def lead_to_preview(
    request: HttpRequest, store: TrustStore, change: StoreChange, *, back: str = ""
) -> HttpResponse:
    """Keep the change as a proposal and show what it would do; nothing is changed yet."""
    try:
        proposal = propose_change(
            actor=actor_of(request),
            store_id=store.pk,
            change=change,
            revision=RevisionForm.of(request.POST),
        )
    except StoreChangeRefused as refusal:
        tell_refusal(request, refusal)
        return redirect(back or store)
    return redirect(proposal)


@require_safe
@may_change
def proposal(request: HttpRequest, pk: int, proposal_pk: int) -> HttpResponse:
    """What a change would do, and the button that saves it."""
    row = get_object_or_404(
        StoreProposal.objects.select_related("trust_store", "job", "actor"),
        pk=proposal_pk,
        trust_store=pk,
    )
    context = proposal_shown(row)
    if row.outcome is not None:
        context["panels"] = panels_for("proposal", request, row)
    return render_page(
        request, "truststores/proposal.html", context, fragment="truststores/_proposal.html"
    )


@require_POST
@may_change
def proposal_save(request: HttpRequest, pk: int, proposal_pk: int) -> HttpResponse:
    """Make the change true."""
    row = get_object_or_404(StoreProposal, pk=proposal_pk, trust_store=pk)
    try:
        store = save_proposal(actor=actor_of(request), proposal_id=row.pk, request=request)
    except StoreChangeRefused as refusal:
        tell_refusal(request, refusal)
        return redirect(row)
    messages.success(request, "Saved. What it changes is being validated.")
    return redirect(store)


@require_POST
@may_change
def proposal_again(request: HttpRequest, pk: int, proposal_pk: int) -> HttpResponse:
    """Work the same change out anew, on the store as it is now."""
    row = get_object_or_404(
        StoreProposal.objects.select_related("trust_store"), pk=proposal_pk, trust_store=pk
    )
    return lead_to_preview(request, row.trust_store, change_from_json(row.change))
