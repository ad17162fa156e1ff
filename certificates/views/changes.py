from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from certificates.forms.lifecycle_form import LifecycleForm
from certificates.forms.selection_form import LabelForm, selected_ids
from certificates.models import Certificate, Crl, Lifecycle
from certificates.services.change_lifecycle import change_lifecycle
from certificates.services.delete_certificates import (
    Deletion,
    delete_certificates,
    delete_crls,
)
from certificates.services.label_certificates import label_certificates
from certificates.views.back import back_to_list, list_address
from ui.http import render_page


@require_POST
@permission_required("certificates.label_certificate", raise_exception=True)
def label(request: HttpRequest) -> HttpResponse:
    """Put labels on the selected certificates, or take them off."""
    ids = selected_ids(request.POST)
    removes = request.POST.get("act") == "remove"
    form = LabelForm(request.POST, removes=removes)
    if not ids:
        messages.warning(request, "Nothing was selected.")
    elif not form.is_valid():
        messages.error(request, str(form.errors["labels"][0]))
    else:
        names = form.cleaned_data["labels"]
        count = label_certificates(
            actor=_actor(request),
            certificates=ids,
            add=() if removes else names,
            remove=names if removes else (),
            request=request,
        )
        what = f"{count} certificate{'' if count == 1 else 's'}"
        verb = "taken off" if removes else "put on"
        messages.success(request, f"“{', '.join(names)}” was {verb} {what}.")
    return _back(request, ids)


@require_POST
@permission_required("certificates.label_certificate", raise_exception=True)
def lifecycle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where a certificate stands in its life."""
    shown = get_object_or_404(Certificate.objects.select_related("replaced_by"), pk=pk)
    form = LifecycleForm(request.POST, certificate=shown)
    if not form.is_valid():
        context = {"certificate": shown, "form": form}
        return render_page(request, "certificates/lifecycle.html", context, status=400)
    change_lifecycle(
        actor=_actor(request),
        certificate=shown,
        lifecycle=Lifecycle(form.cleaned_data["lifecycle"]),
        replaced_by=form.cleaned_data["replaced_by"],
        request=request,
    )
    messages.success(request, "Saved.")
    return redirect(shown)


@require_POST
@permission_required("certificates.delete_certificate", raise_exception=True)
def delete(request: HttpRequest) -> HttpResponse:
    """Ask before deleting the selected certificates; with the answer, delete what nothing uses."""
    ids = selected_ids(request.POST)
    if not ids:
        messages.warning(request, "Nothing was selected.")
        return back_to_list(request)
    if "confirmed" not in request.POST:
        context = {
            "chosen": Certificate.objects.filter(pk__in=ids).order_by("cn", "pk"),
            "query": request.POST.get("query", ""),
            "back_url": list_address(request),
        }
        return render_page(request, "certificates/delete.html", context)
    done = delete_certificates(actor=_actor(request), certificates=ids, request=request)
    return _answer(request, done, "certificate", list_address(request))


@require_POST
@permission_required("certificates.delete_certificate", raise_exception=True)
def crl_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before deleting a CRL; with the answer, delete it unless something uses it."""
    shown = get_object_or_404(Crl, pk=pk)
    if "confirmed" not in request.POST:
        context = {"crl": shown, "back_url": shown.get_absolute_url()}
        return render_page(request, "certificates/crl_delete.html", context)
    done = delete_crls(actor=_actor(request), crls=[shown.pk], request=request)
    return _answer(request, done, "CRL", "")


def _answer(request: HttpRequest, done: Deletion, what: str, back_url: str) -> HttpResponse:
    if done.deleted:
        words = f"{done.deleted} {what}{'' if done.deleted == 1 else 's'}"
        messages.success(request, f"{words} deleted.")
    if done.used:
        context = {"done": done, "what": what, "back_url": back_url}
        return render_page(request, "certificates/still_used.html", context, status=409)
    return redirect(back_url or "certificates:crls")


def _back(request: HttpRequest, ids: list[int]) -> HttpResponse:
    """To the page of the certificate where the form stood there, else to the list."""
    if request.POST.get("from") == "certificate" and len(ids) == 1:
        return redirect("certificates:certificate", ids[0])
    return back_to_list(request)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the permission was checked before)
    return request.user
