from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from certificates.finding_texts import said
from certificates.models import Certificate, Crl
from pki.verify.inputs import Usage
from truststores.errors import StoreChangeRefused
from truststores.forms.stores import PasteForm, RevisionForm
from truststores.lists import AUTHORITIES
from truststores.models import Role, StoreCrl, StoreMember, TrustStore
from truststores.proposals import StoreChange
from truststores.services.bring_in_roots import bring_in_roots
from truststores.services.find_roots import find_bundles, find_roots
from truststores.services.import_pasted import Pasted, import_pasted
from truststores.specs import NewMember
from truststores.views.actor import actor_of
from truststores.views.judged import lead_with_crls
from truststores.views.proposals import lead_to_preview, refuse_older
from truststores.views.refusals import find_part, tell_gone, tell_refusal
from ui.http import render_page

MOST_CHOSEN = 1_000
REJECTED_SHOWN = 5
REPLACEMENTS_SHOWN = 50
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
    role = request.POST.get("role", "")
    chosen = tuple(
        NewMember(certificate_id=one, role=Role(role) if role in Role.values else None)
        for one in _numbers(request, "certificate")
    )
    back = reverse("truststores:trust_store_members", args=[store.pk])
    if not chosen:
        tell_refusal(request, StoreChangeRefused("members.none_chosen"))
        return redirect(back)
    return lead_to_preview(request, store, StoreChange(additions=chosen), back=back)


@require_POST
@may_change
def trust_store_trust(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose one certificate of the inventory as a member: the button of a report.

    As a trust anchor, unless the button says that it is an intermediate.
    """
    store = get_object_or_404(TrustStore, pk=pk)
    certificate = get_object_or_404(Certificate, pk=(_numbers(request, "certificate") or [0])[0])
    is_between = request.POST.get("role") == Role.INTERMEDIATE
    role = Role.INTERMEDIATE if is_between else Role.ANCHOR
    change = StoreChange(additions=(NewMember(certificate_id=certificate.pk, role=role),))
    return lead_to_preview(request, store, change)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def trust_store_paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Paste certificates and CRLs: they come into the inventory and into the store."""
    store = get_object_or_404(TrustStore, pk=pk)
    form = PasteForm(request.POST or None, initial={"revision": store.revision})
    form.cancel_url = store.get_absolute_url()
    if request.method == "POST" and form.is_valid():
        try:
            refuse_older(store, form.cleaned_data["revision"])
            pasted = import_pasted(
                actor=actor_of(request),
                store=store,
                content=form.to_content(),
                role=form.to_role(),
                request=request,
            )
        except StoreChangeRefused as refusal:
            tell_refusal(request, refusal)
        else:
            _tell_rejected(request, pasted)
            if pasted.is_empty:
                tell_refusal(request, StoreChangeRefused("paste.nothing_found"))
                if pasted.holds_private_key:
                    # The page would hand it out again, with the text that was pasted.
                    return redirect(request.path)
                return render(request, "truststores/paste.html", {"store": store, "form": form})
            change = StoreChange(additions=pasted.additions, crls_added=pasted.crl_ids)
            return lead_with_crls(request, store, change)
    return render(request, "truststores/paste.html", {"store": store, "form": form})


def _tell_rejected(request: HttpRequest, pasted: Pasted) -> None:
    reasons = [
        f"Line {block.line}: {said(block.rejected).sentence}"
        for block in pasted.rejected
        if block.rejected is not None and block.rejected.code != "block.nothing_found"
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
            refuse_older(store, RevisionForm.of(request.POST))
            chosen = bring_in_roots(
                bundle=bundle, chosen=request.POST.getlist("root")[:MOST_CHOSEN]
            )
        except StoreChangeRefused as refusal:
            tell_refusal(request, refusal)
            return redirect(request.get_full_path())
        return lead_to_preview(request, store, StoreChange(additions=chosen))
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


@require_POST
@may_change
def member_remove(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    """Propose to take a member out of a store."""
    members = StoreMember.objects.select_related("trust_store")
    member = find_part(members, store_id=pk, pk=member_pk)
    if member is None:
        return tell_gone(request, pk)
    change = StoreChange(removals=(member.certificate_id,))
    return lead_to_preview(request, member.trust_store, change)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def member_replace(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    """Choose what shall stand in the place of a member: at first what has the same name."""
    members = StoreMember.objects.select_related("trust_store", "certificate")
    member = find_part(members, store_id=pk, pk=member_pk)
    if member is None:
        return tell_gone(request, pk)
    store = member.trust_store
    if request.method == "POST":
        chosen = get_object_or_404(Certificate, pk=(_numbers(request, "certificate") or [0])[0])
        change = StoreChange(
            additions=(NewMember(certificate_id=chosen.pk, role=Role(member.role)),),
            removals=(member.certificate_id,),
        )
        return lead_to_preview(request, store, change)
    text = request.GET.get("q", "")[:200]
    others = Certificate.objects.exclude(memberships__trust_store=store)
    same_name = Q(subject_sha256=member.certificate.subject_sha256)
    found = others.matching(text).cas() if text else others.filter(same_name)
    context = {
        "store": store,
        "member": member,
        "text": text,
        "choices": list(found.order_by("-not_after", "pk")[:REPLACEMENTS_SHOWN]),
    }
    return render_page(
        request,
        "truststores/member_replace.html",
        context,
        fragment="truststores/_replacements.html",
    )


@require_POST
@may_change
def store_crls_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to let CRLs of the inventory count in a store."""
    store = get_object_or_404(TrustStore, pk=pk)
    found = Crl.objects.filter(pk__in=_numbers(request, "crl")).order_by("pk")
    chosen = tuple(found.values_list("pk", flat=True))
    if not chosen:
        tell_refusal(request, StoreChangeRefused("crls.none_chosen"))
        return redirect(store)
    return lead_with_crls(request, store, StoreChange(crls_added=chosen))


@require_POST
@may_change
def crl_remove(request: HttpRequest, pk: int, store_crl_pk: int) -> HttpResponse:
    """Propose to let a CRL no longer count in a store."""
    held = find_part(StoreCrl.objects.select_related("trust_store"), store_id=pk, pk=store_crl_pk)
    if held is None:
        return tell_gone(request, pk)
    change = StoreChange(crls_dropped=(held.crl_id,))
    return lead_to_preview(request, held.trust_store, change)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    chosen = [one for one in request.POST.getlist(name)[:MOST_CHOSEN] if one.isdecimal()]
    return [int(one) for one in chosen if len(one) < 19]
