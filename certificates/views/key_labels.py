from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from certificates.forms.selection_form import LabelForm, selected_ids
from certificates.models import PrivateKey, PublicKey
from certificates.querysets.keys import PrivateKeyQuerySet, PublicKeyQuerySet
from certificates.services.label_keys import label_keys
from certificates.views.back import back_to_list


@require_POST
@permission_required("certificates.manage_keys", raise_exception=True)
def keys_label(request: HttpRequest) -> HttpResponse:
    """Put labels on the selected private keys, or take them off."""
    return _label(request, PrivateKey.objects.all(), "certificates:keys")


@require_POST
@permission_required("certificates.manage_keys", raise_exception=True)
def public_keys_label(request: HttpRequest) -> HttpResponse:
    """Put labels on the selected public keys, or take them off."""
    return _label(request, PublicKey.objects.all(), "certificates:public_keys")


def _label(
    request: HttpRequest, among: PrivateKeyQuerySet | PublicKeyQuerySet, page: str
) -> HttpResponse:
    ids = selected_ids(request.POST)
    removes = request.POST.get("act") == "remove"
    form = LabelForm(request.POST, removes=removes)
    if not ids:
        messages.warning(request, "Nothing was selected.")
    elif not form.is_valid():
        messages.error(request, str(form.errors["labels"][0]))
    else:
        names = form.cleaned_data["labels"]
        count = label_keys(
            actor=request.user,  # type: ignore[arg-type]  # the permission was checked before
            among=among,
            keys=ids,
            add=() if removes else names,
            remove=names if removes else (),
            request=request,
        )
        what = f"{count} key{'' if count == 1 else 's'}"
        verb = "taken off" if removes else "put on"
        messages.success(request, f"“{', '.join(names)}” was {verb} {what}.")
    return back_to_list(request, page)
