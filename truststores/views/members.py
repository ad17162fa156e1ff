from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from certificates.finding_texts import said
from certificates.models import Certificate, Crl
from pki.verify.inputs import Usage
from truststores.errors import StoreChangeRefused
from truststores.forms.stores import PasteForm, RevisionForm
from truststores.lists import AUTHORITIES
from truststores.models import Role, StoreCrl, StoreMember, TrustStore
from truststores.services.add_crls import add_crls
from truststores.services.add_members import add_members
from truststores.services.add_pasted_members import Pasted, add_pasted_members
from truststores.services.find_roots import find_bundles, find_roots
from truststores.services.remove_crl import remove_crl
from truststores.services.remove_member import remove_member
from truststores.services.start_from_roots import start_from_roots
from truststores.specs import NewMember
from truststores.views.actor import actor_of
from truststores.views.refusals import tell_refusal
from ui.http import render_page

MOST_CHOSEN = 1_000
REJECTED_SHOWN = 5
may_change = permission_required("truststores.change_truststore", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def trust_store_members(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose members from the inventory: CAs at first, any certificate when searched for."""
    store = get_object_or_404(TrustStore, pk=pk)
    if request.method == "POST":
        return _add_chosen(request, store)
    text = request.GET.get("q", "")[:200]
    everything = request.GET.get("kind") == "all"
    found = Certificate.objects.matching(text)
    if not everything:
        found = found.cas()
    members = set(store.members.values_list("certificate_id", flat=True))
    context = {
        "store": store,
        "page": AUTHORITIES.page(request, found),
        "members": members,
        "text": text,
        "everything": everything,
        "paste_form": PasteForm(initial={"revision": store.revision}),
    }
    return render_page(
        request,
        "truststores/members.html",
        context,
        fragment="truststores/_authorities.html",
    )


def _add_chosen(request: HttpRequest, store: TrustStore) -> HttpResponse:
    chosen = _numbers(request, "certificate")
    role = request.POST.get("role", "")
    try:
        if not chosen:
            raise StoreChangeRefused("members.none_chosen")
        added = add_members(
            actor=actor_of(request),
            store_id=store.pk,
            additions=[
                NewMember(certificate_id=one, role=Role(role) if role in Role.values else None)
                for one in chosen
            ],
            revision=RevisionForm.of(request.POST),
            request=request,
        )
    except StoreChangeRefused as refusal:
        tell_refusal(request, refusal)
        return redirect("truststores:trust_store_members", pk=store.pk)
    _tell_added(request, len(added))
    return redirect(store)


@require_POST
@may_change
def trust_store_trust(request: HttpRequest, pk: int) -> HttpResponse:
    """Trust one certificate of the inventory: the button of a report."""
    store = get_object_or_404(TrustStore, pk=pk)
    certificate = get_object_or_404(Certificate, pk=request.POST.get("certificate") or 0)
    add_members(
        actor=actor_of(request),
        store_id=store.pk,
        additions=[NewMember(certificate_id=certificate.pk, role=Role.ANCHOR)],
        request=request,
    )
    messages.success(
        request, f"“{store.name}” now trusts {certificate}. What rests on it is being validated."
    )
    return redirect(store)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def trust_store_paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Paste certificates and CRLs: they come into the inventory and into the store."""
    store = get_object_or_404(TrustStore, pk=pk)
    form = PasteForm(request.POST or None, initial={"revision": store.revision})
    form.cancel_url = store.get_absolute_url()
    if request.method == "POST" and form.is_valid():
        try:
            pasted = add_pasted_members(
                actor=actor_of(request),
                store_id=store.pk,
                content=form.to_content(),
                role=form.to_role(),
                revision=form.cleaned_data["revision"],
                request=request,
            )
        except StoreChangeRefused as refusal:
            tell_refusal(request, refusal)
        else:
            _tell_pasted(request, pasted)
            return redirect(store)
    return render(request, "truststores/paste.html", {"store": store, "form": form})


def _tell_pasted(request: HttpRequest, pasted: Pasted) -> None:
    _tell_added(request, pasted.members)
    if pasted.crls:
        messages.success(request, f"{_counted(pasted.crls, 'CRL')} added to the store.")
    reasons = [
        f"Line {block.line}: {said(block.rejected).sentence}"
        for block in pasted.rejected
        if block.rejected is not None
    ]
    for reason in reasons[:REJECTED_SHOWN]:
        messages.warning(request, reason)
    if len(reasons) > REJECTED_SHOWN:
        more = len(reasons) - REJECTED_SHOWN
        messages.warning(request, f"And {more} more blocks were not taken.")


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def trust_store_roots(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose some of the roots that came with the machine; none is chosen beforehand."""
    store = get_object_or_404(TrustStore, pk=pk)
    bundles = find_bundles()
    asked = request.POST.get("bundle") or request.GET.get("bundle")
    bundle = next((one for one in bundles if one.code == asked), bundles[0] if bundles else None)
    if request.method == "POST" and bundle is not None:
        try:
            count = start_from_roots(
                actor=actor_of(request),
                store_id=store.pk,
                bundle=bundle,
                chosen=request.POST.getlist("root")[:MOST_CHOSEN],
                revision=RevisionForm.of(request.POST),
                request=request,
            )
        except StoreChangeRefused as refusal:
            tell_refusal(request, refusal)
            return redirect(request.get_full_path())
        _tell_added(request, count)
        return redirect(store)
    text = request.GET.get("q", "")[:200].strip()
    members = set(store.members.values_list("certificate__sha256", flat=True))
    words = text.casefold().split()
    roots = [
        facts
        for facts in (find_roots(bundle) if bundle else ())
        if all(word in facts.subject.casefold() for word in words)
    ]
    context = {
        "store": store,
        "bundles": bundles,
        "bundle": bundle,
        "text": text,
        "roots": [(facts, facts.sha256 in members) for facts in roots],
        "is_server_store": store.usage == Usage.SERVER,
    }
    return render_page(
        request, "truststores/roots.html", context, fragment="truststores/_roots.html"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def member_remove(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    """Take a member out of a store, after saying what that means."""
    member = get_object_or_404(
        StoreMember.objects.select_related("trust_store", "certificate"),
        pk=member_pk,
        trust_store=pk,
    )
    store = member.trust_store
    if request.method == "POST":
        try:
            remove_member(
                actor=actor_of(request),
                store_id=store.pk,
                member_id=member.pk,
                revision=RevisionForm.of(request.POST),
                request=request,
            )
        except StoreChangeRefused as refusal:
            tell_refusal(request, refusal)
        else:
            messages.success(
                request,
                f"{member.certificate} is no longer in the store. It stays in the inventory.",
            )
        return redirect(store)
    return render(request, "truststores/member_remove.html", {"store": store, "member": member})


@require_POST
@may_change
def store_crls_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Let CRLs of the inventory count in a store."""
    store = get_object_or_404(TrustStore, pk=pk)
    chosen = _numbers(request, "crl")
    try:
        if not Crl.objects.filter(pk__in=chosen).exists():
            raise StoreChangeRefused("crls.none_chosen")
        added = add_crls(
            actor=actor_of(request),
            store_id=store.pk,
            crl_ids=chosen,
            revision=RevisionForm.of(request.POST),
            request=request,
        )
    except StoreChangeRefused as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, f"{_counted(added, 'CRL')} added to the store.")
    return redirect(store)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def crl_remove(request: HttpRequest, pk: int, store_crl_pk: int) -> HttpResponse:
    """Let a CRL no longer count in a store."""
    held = get_object_or_404(
        StoreCrl.objects.select_related("trust_store", "crl"), pk=store_crl_pk, trust_store=pk
    )
    store = held.trust_store
    if request.method == "POST":
        try:
            remove_crl(
                actor=actor_of(request),
                store_id=store.pk,
                store_crl_id=held.pk,
                revision=RevisionForm.of(request.POST),
                request=request,
            )
        except StoreChangeRefused as refusal:
            tell_refusal(request, refusal)
        else:
            messages.success(request, "The CRL no longer counts here. It stays in the inventory.")
        return redirect(store)
    return render(request, "truststores/crl_remove.html", {"store": store, "held": held})


def _numbers(request: HttpRequest, name: str) -> list[int]:
    chosen = [one for one in request.POST.getlist(name)[:MOST_CHOSEN] if one.isdecimal()]
    return [int(one) for one in chosen if len(one) < 19]


def _tell_added(request: HttpRequest, count: int) -> None:
    if count:
        said = _counted(count, "certificate")
        messages.success(request, f"{said} added. What it changes is being validated.")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
