from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from certificates.forms.selection_form import selected_ids
from certificates.models import Certificate, Crl
from certificates.services.make_download import (
    Download,
    Form,
    NothingToWrite,
    make_bundle,
    make_crl_download,
    make_download,
)
from certificates.views.back import back_to_list
from ui.http import attachment


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate, alone or with its chain."""
    shown = get_object_or_404(Certificate.objects.select_related("encoded"), pk=pk)
    try:
        form = Form(request.GET.get("form", Form.PEM))
    except ValueError as error:
        raise Http404 from error
    try:
        made = make_download(
            shown,
            form=form,
            moment=timezone.now(),
            with_names="names" in request.GET,
            with_root="noroot" not in request.GET,
        )
    except NothingToWrite:
        messages.error(
            request, "There is no chain to download: its issuer is not in the inventory."
        )
        return redirect(shown)
    return _file(made)


@require_POST
def bundle(request: HttpRequest) -> HttpResponse:
    """The selected certificates as one PEM file, in the order of the page."""
    ids = selected_ids(request.POST)
    found = Certificate.objects.in_bulk(ids)
    chosen = [found[pk] for pk in ids if pk in found]
    if not chosen:
        messages.warning(request, "Nothing was selected.")
        return back_to_list(request)
    return _file(make_bundle(chosen, with_names="names" in request.POST))


@require_safe
def crl_download(request: HttpRequest, pk: int) -> HttpResponse:
    """A CRL as PEM or DER."""
    shown = get_object_or_404(Crl.objects.select_related("encoded"), pk=pk)
    form = request.GET.get("form", "pem")
    if form not in ("pem", "der"):
        raise Http404
    return _file(make_crl_download(shown, armoured=form == "pem"))


def _file(made: Download) -> HttpResponse:
    return attachment(made.content, made.file_name, made.content_type)
