"""The three pages of a new kit: who meets whom, with which certificates, and the check.

The first page's answers travel in the address; the second makes what is to be made and begins the
kit, a row that the third page shows. No secret is in either.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.key_refusals import KeyRefused
from certificates.key_texts import error_said
from endpoints.errors import EndpointRefused
from endpoints.forms.kit_create import KitCreateForm
from endpoints.forms.kit_pairs import KitPairsForm, initial_pairs
from endpoints.forms.kit_parties import EXISTING, KitPartiesForm, address_of
from endpoints.kit_refusals import KitNotProven, PairRefused, TrustNotPreviewed
from endpoints.kit_texts import content_said, failure_said, kit_said, proof_shown
from endpoints.models import Kit, KitStage
from endpoints.services.begin_kit import begin_kit
from endpoints.services.create_kit import create_kit
from endpoints.services.prove_kit import prove_kit
from endpoints.services.show_sides import contents_of_sides, show_sides
from endpoints.texts import refusal_text
from endpoints.views.kit_trust import lead_to_trust
from endpoints.views.right import RIGHT
from pki.csr.build import RequestNotBuilt
from pki.errors import PkiError
from pki.kits.proof import proof_from_json
from truststores.errors import StoreChangeRefused
from truststores.texts import refusal_text as store_refusal_text
from truststores.views.actor import actor_of
from ui.http import render_page

may_make = permission_required(RIGHT, raise_exception=True)
_MAKES_CERTIFICATES = "certificates.create_request"


@require_safe
@may_make
def kit_new(request: HttpRequest) -> HttpResponse:
    """The first page: which server, which client."""
    begun = {name: request.GET[name] for name in ("service", "account") if request.GET.get(name)}
    chosen = {f"{name}_choice": EXISTING for name in begun}
    return _parties_page(request, KitPartiesForm(initial={**begun, **chosen}))


def _parties_page(request: HttpRequest, form: KitPartiesForm, status: int = 200) -> HttpResponse:
    return render_page(request, "endpoints/kits/parties.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may_make
def kit_certificates(request: HttpRequest) -> HttpResponse:
    """The second page: new pairs, or certificates that are here. Then the kit is begun."""
    parties_form = KitPartiesForm(request.GET)
    if request.GET.get("act") == "more_rows":
        shown = KitPartiesForm(
            initial={name: parties_form[name].value() for name in parties_form.fields}
        )
        shown.more_rows()
        return _parties_page(request, shown)
    if not parties_form.is_valid():
        if not request.GET:
            return redirect("endpoints:kit_new")
        return _parties_page(request, parties_form, status=400)
    parties = parties_form.to_parties()
    may_make_pairs = actor_of(request).has_perm(_MAKES_CERTIFICATES)
    if request.method != "POST":
        form = KitPairsForm(
            initial=initial_pairs(parties), parties=parties, may_make=may_make_pairs
        )
        return _pairs_page(request, form)
    form = KitPairsForm(request.POST, parties=parties, may_make=may_make_pairs)
    act = request.POST.get("act", "")
    if act == "search" or (act == "enter" and form.wants_search):
        typed = KitPairsForm(
            initial={name: form[name].value() for name in form.fields},
            parties=parties,
            may_make=may_make_pairs,
        )
        return _pairs_page(request, typed)
    if form.is_valid():
        begun = _begun(request, form)
        if begun is not None:
            return redirect(begun)
    return _pairs_page(request, form, status=400)


def _begun(request: HttpRequest, form: KitPairsForm) -> Kit | None:
    """The kit, or None with the reason in the form."""
    try:
        return begin_kit(
            actor=actor_of(request),
            order=form.to_order(),
            token=form.to_token(),
            request=request,
        )
    except PairRefused as refused:
        form.tell(refused.side, refused.findings)
    except KeyRefused as refused:
        form.add_error(None, f"{refused.says} {refused.advice}".strip())
    except RequestNotBuilt as error:
        form.add_error(None, " ".join(error_said(error)))
    except EndpointRefused as refusal:
        form.add_error(None, refusal_text(refusal.code, refusal.data))
    except PkiError as error:
        form.add_error(None, kit_said(error))
    return None


def _pairs_page(request: HttpRequest, form: KitPairsForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "parties": form.parties, "back": request.GET.urlencode()}
    return render_page(request, "endpoints/kits/pairs.html", context, status=status)


# The check ---------------------------------------------------------------------------------------


def _found(pk: int) -> Kit:
    rows = Kit.objects.with_parts().select_related(
        "service__client_store", "service__server_store", "service__certificate", "actor"
    )
    return get_object_or_404(rows, pk=pk)


@require_safe
@may_make
def kit_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The third page: what will be in each archive, and what the handshakes showed."""
    kit = _found(pk)
    if kit.stage == KitStage.CREATED:
        return redirect(kit)
    return _check_page(request, kit, KitCreateForm(kit=kit, user=actor_of(request)))


def _check_page(
    request: HttpRequest, kit: Kit, form: KitCreateForm, status: int = 200
) -> HttpResponse:
    context = {
        "kit": kit,
        "form": form,
        "again_url": address_of(kit),
        **sides_context(kit),
        **proof_context(kit),
    }
    return render_page(request, "endpoints/kits/check.html", context, status=status)


def sides_context(kit: Kit) -> dict[str, object]:
    """Both sides, and what the archive of each holds."""
    sides = show_sides(kit, moment=timezone.now())
    listed = [
        (one, [(content, content_said(content, one.side)) for content in contents])
        for one, contents in contents_of_sides(kit, sides)
    ]
    return {"sides": listed, "elsewhere": [one for one in sides.values() if one.key is None]}


def proof_context(kit: Kit) -> dict[str, object]:
    """What the last handshakes showed."""
    if not kit.proof:
        return {"proof": None, "attempts": []}
    proof = proof_from_json(kit.proof)
    return {"proof": proof, "attempts": proof_shown(proof)}


@require_POST
@may_make
def kit_prove(request: HttpRequest, pk: int) -> HttpResponse:
    """Shake hands again: something may be other than it was."""
    kit = _found(pk)
    try:
        proof = prove_kit(kit=kit, actor=actor_of(request), request=request)
    except KeyRefused as refused:
        messages.error(request, f"{refused.says} {refused.advice}".strip())
    except PkiError as error:
        messages.error(request, kit_said(error))
    else:
        if proof.passed:
            messages.success(request, "Every handshake went as it should.")
        else:
            messages.error(request, failure_said(proof))
    return redirect(kit)


@require_POST
@may_make
def kit_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the begun kit a kit; where trust stores change by it, only after that was shown."""
    kit = _found(pk)
    if kit.stage == KitStage.CREATED:
        return redirect(kit)
    form = KitCreateForm(request.POST, kit=kit, user=actor_of(request))
    if form.is_valid():
        try:
            made = create_kit(
                actor=actor_of(request), kit=kit, notes=form.to_notes(), request=request
            )
        except TrustNotPreviewed:
            return lead_to_trust(request, kit, form.to_notes())
        except KitNotProven as refused:
            form.add_error(None, failure_said(refused.proof))
        except EndpointRefused as refusal:
            form.add_error(None, refusal_text(refusal.code, refusal.data))
        except StoreChangeRefused as refusal:
            form.add_error(None, store_refusal_text(refusal.code, refusal.data))
        else:
            messages.success(request, "The kit is there. Download an archive for each side.")
            return redirect(made)
    return _check_page(request, kit, form, status=400)
