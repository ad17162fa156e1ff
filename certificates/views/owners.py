from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.forms.owner_form import OwnerForm, OwnerMergeForm
from certificates.models import Owner
from certificates.owner_lists import OWNERS, owner_rows
from certificates.services.create_owner import create_owner
from certificates.services.delete_certificates import Deletion
from certificates.services.delete_owner import delete_owner
from certificates.services.edit_owner import edit_owner
from certificates.services.find_owner_things import find_owner_things
from certificates.services.merge_owners import merge_owners
from ui.http import render_page
from ui.panels import panels_for


@require_safe
def owners(request: HttpRequest) -> HttpResponse:
    """Whom keys, services and accounts belong to."""
    return render_page(
        request,
        "certificates/owners/owners.html",
        {"page": OWNERS.page(request, owner_rows())},
        fragment="certificates/owners/_rows.html",
    )


@require_safe
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    """An owner: its keys, the certificates of these, requests, and where keys are used for it."""
    shown = get_object_or_404(Owner, pk=pk)
    context = {
        "owner": shown,
        "things": find_owner_things(shown),
        "panels": panels_for("owner", request, shown),
    }
    return render_page(request, "certificates/owners/owner.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("certificates.manage_keys", raise_exception=True)
def owner_new(request: HttpRequest) -> HttpResponse:
    """Note a person, an application or an organization."""
    form = OwnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = create_owner(actor=_actor(request), wanted=form.to_wanted(), request=request)
        messages.success(request, "Added.")
        return redirect(made)
    context = {"form": form, "owner": None}
    status = 400 if form.is_bound else 200
    return render_page(request, "certificates/owners/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("certificates.manage_keys", raise_exception=True)
def owner_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change who an owner is."""
    shown = get_object_or_404(Owner, pk=pk)
    form = OwnerForm(request.POST or None, owner=shown)
    form.cancel_url = shown.get_absolute_url()
    if request.method == "POST" and form.is_valid():
        edit_owner(actor=_actor(request), owner=shown, wanted=form.to_wanted(), request=request)
        messages.success(request, "Saved.")
        return redirect(shown)
    context = {"form": form, "owner": shown}
    status = 400 if form.is_bound else 200
    return render_page(request, "certificates/owners/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("certificates.manage_keys", raise_exception=True)
def owner_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Let everything of an owner be another's: two entries of one partner become one."""
    shown = get_object_or_404(Owner, pk=pk)
    form = OwnerMergeForm(request.POST or None, owner=shown)
    if request.method == "POST" and form.is_valid():
        into = form.to_owner()
        moved = merge_owners(actor=_actor(request), owner=shown, into=into, request=request)
        what = f"{moved} thing{'' if moved == 1 else 's'}"
        messages.success(request, f"“{shown}” is now “{into}”: {what} moved.")
        return redirect(into)
    context = {"form": form, "owner": shown}
    status = 400 if form.is_bound else 200
    return render_page(request, "certificates/owners/merge.html", context, status=status)


@require_POST
@permission_required("certificates.manage_keys", raise_exception=True)
def owner_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before an owner is forgotten; with the answer, forget one that has nothing."""
    shown = get_object_or_404(Owner, pk=pk)
    if "confirmed" not in request.POST:
        return render_page(request, "certificates/owners/delete.html", {"owner": shown})
    name = str(shown)
    used = delete_owner(actor=_actor(request), owner=shown, request=request)
    if used:
        context = {
            "done": Deletion(deleted=0, used=((shown, used),)),
            "what": "owner",
            "back_url": shown.get_absolute_url(),
        }
        return render_page(request, "certificates/still_used.html", context, status=409)
    messages.success(request, f"“{name}” was deleted.")
    return redirect("certificates:owners")


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the permission was checked before)
    return request.user
