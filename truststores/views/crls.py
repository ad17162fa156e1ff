"""The CRLs of a trust store: what they cover, where they come from, and how one gets in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from certificates.models import Certificate
from jobs.error_texts import sentence_of
from jobs.models import Job
from pki.verify.inputs import Revocation
from truststores.crl_texts import CRL_TEXTS, crl_sentence
from truststores.errors import StoreChangeRefused
from truststores.forms.crl_sources import CrlUploadForm, PeriodForm, SourceForm
from truststores.inputs import policy_of
from truststores.models import CrlSource, StoreCrl, TrustStore
from truststores.proposals import StoreChange
from truststores.services.add_source import add_source
from truststores.services.cover_authorities import cover_authorities
from truststores.services.find_authorities import MOST_AUTHORITIES, StoreAuthority, find_authorities
from truststores.services.find_matching_crls import find_matching_crls
from truststores.services.judge_crl import CrlRefusal
from truststores.services.offer_sources import SourceOffer, find_points, offer_sources
from truststores.services.remove_source import remove_source
from truststores.services.request_fetch import request_fetch
from truststores.services.upload_crl import upload_crl
from truststores.shown_crls import show_authorities, show_source
from truststores.specs import NewSource
from truststores.texts import refusal_text
from truststores.views.actor import actor_of
from truststores.views.proposals import lead_to_preview
from truststores.views.refusals import find_part, tell_gone
from truststores.views.stores import state_of_crl
from ui.http import render_page

may_change = permission_required("truststores.change_truststore", raise_exception=True)
_SHOWN = 500
_OFFERED = 50


@require_safe
def store_crls(request: HttpRequest, pk: int) -> HttpResponse:
    """The matrix of a store, the sources of its CRLs, and the forms that add to both."""
    return _page(request, get_object_or_404(TrustStore, pk=pk))


def _page(
    request: HttpRequest,
    store: TrustStore,
    *,
    source_form: SourceForm | None = None,
    upload_form: CrlUploadForm | None = None,
    refusals: Sequence[CrlRefusal] = (),
) -> HttpResponse:
    moment = timezone.now()
    authorities = find_authorities(store=store)
    points = find_points(authorities)
    lines = cover_authorities(store=store, authorities=authorities, points=points, moment=moment)
    sources = CrlSource.objects.filter(trust_store=store).select_related("issuer", "last_crl")
    offers = offer_sources(store=store, points=points)
    spoken_for = {held.pk for line in lines for held, _ in line.crls}
    others = StoreCrl.objects.filter(trust_store=store).exclude(pk__in=spoken_for)
    context: dict[str, Any] = {
        "store": store,
        "lines": show_authorities(lines),
        "other_crls": [
            (held, state_of_crl(held.crl, moment))
            for held in others.select_related("crl").order_by("crl__issuer", "pk")[:_SHOWN]
        ],
        "is_bounded": len(authorities) == MOST_AUTHORITIES,
        "asks_for_crls": policy_of(store).revocation is not Revocation.NONE,
        "sources": [show_source(one) for one in sources.order_by("url", "pk")[:_SHOWN]],
        "offers": [offer for offer in offers if not offer.why][:_OFFERED],
        "closed_offers": [
            (offer, crl_sentence(f"fetch_{offer.why}", {})) for offer in offers if offer.why
        ][:_OFFERED],
        "matching_crls": list(find_matching_crls(store=store)[:50]),
        "period_form": PeriodForm(),
        "source_form": source_form or SourceForm(authorities=_certificates(authorities)),
        "upload_form": upload_form or CrlUploadForm(),
        "refusals": [crl_sentence(refusal.code, refusal.data) for refusal in refusals],
        "moment": moment,
    }
    return render(request, "truststores/store_crls.html", context)


@require_POST
@may_change
def source_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the store get CRLs from an address that somebody wrote down."""
    store = get_object_or_404(TrustStore, pk=pk)
    form = SourceForm(request.POST, authorities=_certificates(find_authorities(store=store)))
    if form.is_valid():
        try:
            add_source(
                actor=actor_of(request), store_id=store.pk, new=form.to_spec(), request=request
            )
        except StoreChangeRefused as refusal:
            form.add_error("url", _sentence(refusal))
        else:
            messages.success(request, "Added. Its first CRL is being fetched.")
            return redirect("truststores:store_crls", pk=store.pk)
    return _page(request, store, source_form=form)


@require_POST
@may_change
def sources_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the store get CRLs from addresses that were found in certificates."""
    store = get_object_or_404(TrustStore, pk=pk)
    form = PeriodForm(request.POST)
    period = form.period if form.is_valid() else None
    chosen = set(request.POST.getlist("url")[:_OFFERED])
    points = find_points(find_authorities(store=store))
    offers = [
        offer
        for offer in offer_sources(store=store, points=points)
        if offer.url in chosen and not offer.why
    ]
    added = 0
    for offer in offers:
        try:
            add_source(
                actor=actor_of(request),
                store_id=store.pk,
                new=_spec(offer, period),
                request=request,
            )
            added += 1
        except StoreChangeRefused as refusal:
            messages.error(request, f"{offer.url}: {_sentence(refusal)}")
    if added:
        said = "1 source" if added == 1 else f"{added} sources"
        messages.success(request, f"{said} added. The first CRLs are being fetched.")
    elif not offers:
        messages.error(request, refusal_text("sources.none_chosen", {}))
    return redirect("truststores:store_crls", pk=store.pk)


def _spec(offer: SourceOffer, period: Any) -> NewSource:
    return NewSource(url=offer.url, issuer_id=offer.issuer_id, points=offer.points, every=period)


@require_POST
@may_change
def source_fetch(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    """Ask a source now."""
    source = find_part(CrlSource.objects.all(), store_id=pk, pk=source_pk)
    if source is None:
        return tell_gone(request, pk, "store_crls")
    if not request.user.has_perm("jobs.run_job"):
        raise PermissionDenied
    job = request_fetch(actor=actor_of(request), source_id=source.pk, request=request)
    return redirect("truststores:fetch", pk=job.pk)


@require_POST
@may_change
def source_remove(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    """Ask an address no longer."""
    source = find_part(CrlSource.objects.all(), store_id=pk, pk=source_pk)
    if source is None:
        return tell_gone(request, pk, "store_crls")
    remove_source(actor=actor_of(request), store_id=pk, source_id=source.pk, request=request)
    messages.success(request, f"{source.host} is no longer asked. The CRLs that it gave stay.")
    return redirect("truststores:store_crls", pk=pk)


@require_POST
@may_change
def crl_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Check a CRL that somebody brought and lead to what it would change, or say why it may not."""
    store = get_object_or_404(TrustStore, pk=pk)
    form = CrlUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, store, upload_form=form)
    uploaded = upload_crl(
        actor=actor_of(request),
        store=store,
        content=form.to_content(),
        moment=timezone.now(),
        request=request,
    )
    if uploaded.crl is None:
        return _page(request, store, refusals=uploaded.refusals)
    back = reverse("truststores:store_crls", args=[store.pk])
    if uploaded.in_use:
        messages.info(request, f"{uploaded.crl} was in use already.")
        return redirect(back)
    change = StoreChange(crls_added=(uploaded.crl.pk,), crls_dropped=uploaded.superseded)
    return lead_to_preview(request, store, change, back=back)


@require_safe
def fetch(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A fetch: how far it is, and what came of it."""
    job = get_object_or_404(Job, pk=pk, kind="fetch_crl")
    source = (
        CrlSource.objects.filter(pk=job.params.get("source_id"))
        .select_related("trust_store", "last_crl")
        .first()
    )
    is_last = source is not None and source.last_job_id == job.pk
    context = {
        "job": job,
        "progress": job.progress,
        "source": source,
        "shown": show_source(source) if source is not None and is_last else None,
        "reason": sentence_of(job.error_code, job.error_data),
    }
    return render_page(
        request, "truststores/fetch.html", context, fragment="truststores/_fetch.html"
    )


def _sentence(refusal: StoreChangeRefused) -> str:
    """What a form says; an address that is closed is told as a fetch would tell it."""
    as_fetch = f"fetch_{refusal.code.removeprefix('source.')}"
    if as_fetch in CRL_TEXTS:
        return crl_sentence(as_fetch, refusal.data)
    return refusal_text(refusal.code, refusal.data)


def _certificates(authorities: list[StoreAuthority]) -> list[Certificate]:
    return [authority.certificate for authority in authorities]
