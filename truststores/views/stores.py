from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from certificates.models import Certificate, Crl
from certificates.services.delete_certificates import Deletion, uses_now
from certificates.services.make_download import NothingToWrite
from pki.verify.inputs import Revocation
from truststores.errors import StoreChangeRefused, StoreInUse
from truststores.forms.stores import RevisionForm, StoreForm, initial_of
from truststores.inputs import policy_of
from truststores.models import Role, StoreCrl, StoreMember, TrustStore
from truststores.proposals import StoreChange
from truststores.services.change_trust_store import change_trust_store, refuse_taken_name
from truststores.services.create_trust_store import create_trust_store
from truststores.services.delete_trust_store import delete_trust_store
from truststores.services.find_matching_crls import find_matching_crls
from truststores.services.make_store_download import make_store_download
from truststores.services.sum_up_store import sum_up_store
from truststores.texts import policy_words, refusal_text
from truststores.views.actor import actor_of
from truststores.views.proposals import lead_to_preview, refuse_older
from truststores.views.refusals import tell_refusal
from ui.http import attachment
from ui.panels import panels_for

MEMBERS_SHOWN = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class CrlLine:
    """A CA of a store and the CRLs that the store has of it; None: of one that is no member."""

    certificate: Certificate | None
    held: tuple[tuple[StoreCrl, str], ...]


@require_safe
def trust_stores(request: HttpRequest) -> HttpResponse:
    """Every trust store in a line."""
    summaries = [sum_up_store(store=store) for store in TrustStore.objects.order_by("name")]
    lines = [(one, policy_words(policy_of(one.store))) for one in summaries]
    return render(request, "truststores/trust_stores.html", {"lines": lines})


@require_safe
def trust_store(request: HttpRequest, pk: int) -> HttpResponse:
    """One store: what it trusts, its CRLs, and what its reports say."""
    store = get_object_or_404(TrustStore, pk=pk)
    moment = timezone.now()
    members = list(
        store.members.select_related("certificate").order_by("certificate__cn", "pk")[
            :MEMBERS_SHOWN
        ]
    )
    policy = policy_of(store)
    anchors = [member for member in members if member.role == Role.ANCHOR]
    context = {
        "store": store,
        "summary": sum_up_store(store=store),
        "policy": policy_words(policy),
        "member_groups": [
            ("Trust anchors", "A path may end at one of these.", anchors),
            (
                "Intermediates",
                "They help to build a path, and are not trusted by themselves.",
                [member for member in members if member.role == Role.INTERMEDIATE],
            ),
        ],
        "partial_anchors": []
        if store.partial_chain
        else [member for member in anchors if not member.self_signed],
        "crl_lines": _crl_lines(store, members, moment),
        "asks_for_crls": policy.revocation is not Revocation.NONE,
        "matching_crls": list(find_matching_crls(store=store)[:50]),
        "moment": moment,
        "panels": panels_for("trust_store", request, store),
    }
    return render(request, "truststores/trust_store.html", context)


def _crl_lines(store: TrustStore, members: list[StoreMember], moment: datetime) -> list[CrlLine]:
    by_issuer: dict[str, list[tuple[StoreCrl, str]]] = {}
    held = store.store_crls.select_related("crl").order_by("-crl__this_update", "pk")
    for one in held:
        by_issuer.setdefault(one.crl.issuer_sha256, []).append((one, state_of_crl(one.crl, moment)))
    lines = [
        CrlLine(
            certificate=member.certificate,
            held=tuple(by_issuer.get(member.certificate.subject_sha256, ())),
        )
        for member in members
        if member.certificate.is_ca
    ]
    known = {line.certificate.subject_sha256 for line in lines if line.certificate is not None}
    # Of authorities that lead to the store without being members, and of anybody else.
    others = (tuple(found) for issuer, found in by_issuer.items() if issuer not in known)
    return [*lines, *(CrlLine(certificate=None, held=found) for found in others)]


def state_of_crl(crl: Crl, moment: datetime) -> str:
    if crl.this_update > moment:
        return "future"
    if crl.next_update is not None and crl.next_update <= moment:
        return "stale"
    return "fresh"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("truststores.add_truststore", raise_exception=True)
def trust_store_new(request: HttpRequest) -> HttpResponse:
    """Create a store; its members come next."""
    form = StoreForm(request.POST or None, initial=initial_of(None))
    form.submit_label = "Create the trust store"
    form.cancel_url = reverse("truststores:trust_stores")
    if request.method == "POST" and form.is_valid():
        try:
            store = create_trust_store(
                actor=actor_of(request), spec=form.to_spec(), request=request
            )
        except StoreChangeRefused as refusal:
            form.add_error("name", _sentence(refusal))
        else:
            messages.success(request, "The trust store is there. Now say whom it trusts.")
            return redirect(store)
    return render(request, "truststores/trust_store_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("truststores.change_truststore", raise_exception=True)
def trust_store_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the name or the notes, or propose another policy."""
    store = get_object_or_404(TrustStore, pk=pk)
    form = StoreForm(request.POST or None, initial=initial_of(store))
    form.cancel_url = store.get_absolute_url()
    form.submit_label = "Save"
    if request.method == "POST" and form.is_valid():
        spec = form.to_spec()
        try:
            refuse_older(store, form.cleaned_data["revision"])
            refuse_taken_name(name=spec.name, store=store)
            if spec.policy != policy_of(store):
                return lead_to_preview(request, store, StoreChange(spec=spec))
            change_trust_store(
                actor=actor_of(request),
                store_id=store.pk,
                revision=form.cleaned_data["revision"] or 0,
                spec=spec,
                request=request,
            )
        except StoreChangeRefused as refusal:
            form.add_error(
                "name" if refusal.code == "store.name_taken" else None, _sentence(refusal)
            )
        else:
            messages.success(request, "Saved.")
            return redirect(store)
    return render(request, "truststores/trust_store_form.html", {"form": form, "store": store})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("truststores.delete_truststore", raise_exception=True)
def trust_store_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a store, after saying what goes with it."""
    store = get_object_or_404(TrustStore, pk=pk)
    if request.method == "POST":
        try:
            delete_trust_store(
                actor=actor_of(request),
                store_id=store.pk,
                revision=RevisionForm.of(request.POST) or 0,
                request=request,
            )
        except StoreInUse as in_use:
            context = {
                "done": Deletion(deleted=0, used=((store, in_use.uses),)),
                "what": "trust store",
                "back_url": store.get_absolute_url(),
            }
            return render(request, "certificates/still_used.html", context, status=409)
        except StoreChangeRefused as refusal:
            tell_refusal(request, refusal)
            return redirect(store)
        messages.success(request, f"The trust store “{store.name}” is deleted.")
        return redirect("truststores:trust_stores")
    context = {"store": store, "summary": sum_up_store(store=store), "uses": uses_now(store)}
    return render(request, "truststores/trust_store_delete.html", context)


@require_safe
def trust_store_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The members as one PEM file."""
    store = get_object_or_404(TrustStore, pk=pk)
    try:
        download = make_store_download(
            store=store,
            with_names=request.GET.get("names") == "1",
            anchors_only=request.GET.get("anchors") == "1",
        )
    except NothingToWrite:
        messages.error(request, "The store has no members to hand out.")
        return redirect(store)
    return attachment(download.content, download.file_name, download.content_type)


def _sentence(refusal: StoreChangeRefused) -> str:

    return refusal_text(refusal.code, refusal.data)
