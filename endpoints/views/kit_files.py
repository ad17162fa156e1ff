"""The archive of one side, its private key among the files."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from certificates.key_refusals import KeyRefused
from certificates.key_specs import ExportOrder
from certificates.key_texts import error_said
from certificates.models import PrivateKey
from certificates.views.recent_sign_in import sign_in_again, signed_in_lately
from endpoints.forms.kit_files import KitFilesForm
from endpoints.kit_refusals import KitNotProven
from endpoints.kit_texts import failure_said, kit_said
from endpoints.models import Kit, KitStage
from endpoints.services.make_kit_download import make_kit_download
from endpoints.services.show_sides import held_key
from endpoints.views.right import RIGHT
from pki.errors import PkiError
from pki.formats.export_key import ExportNotReadBack, PassphraseNotText, PassphraseTooShort
from pki.kits.meeting import Side
from truststores.views.actor import actor_of
from ui.http import attachment, render_page

_EXPORTS = "certificates.export_private_key"


@never_cache
@require_safe
@permission_required(RIGHT, raise_exception=True)
def kit_download_form(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    """Ask how the key shall be protected in its file, and why it leaves."""
    kit, wanted = _found(pk, side)
    key = held_key(kit.certificate_of(wanted))
    if key is not None:
        _may_export(request)
        if not signed_in_lately(request):
            return sign_in_again(request.path)
    return _page(request, kit, wanted, _form(request, key) if key is not None else None)


@never_cache
@sensitive_post_parameters("passphrase", "passphrase_again")
@require_POST
@permission_required(RIGHT, raise_exception=True)
@sensitive_variables("form", "made")
def kit_download(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    """Make the archive, prove it, and hand it out."""
    kit, wanted = _found(pk, side)
    key = held_key(kit.certificate_of(wanted))
    if key is None:
        return _handed_out(request, kit, wanted, None)
    _may_export(request)
    if not signed_in_lately(request):
        return sign_in_again(reverse("endpoints:kit_download_form", args=[kit.pk, wanted.value]))
    form = _form(request, key)
    if not form.is_valid():
        return _page(request, kit, wanted, form)
    return _handed_out(request, kit, wanted, form)


@sensitive_variables()
def _handed_out(
    request: HttpRequest, kit: Kit, side: Side, form: KitFilesForm | None
) -> HttpResponse:
    order: ExportOrder | None = form.to_order() if form is not None else None
    try:
        made = make_kit_download(
            actor=actor_of(request), kit=kit, side=side, order=order, request=request
        )
    except KeyRefused as refused:
        said = f"{refused.says} {refused.advice}".strip()
    except KitNotProven as refused:
        said = failure_said(refused.proof)
    except (PassphraseTooShort, PassphraseNotText, ExportNotReadBack) as error:
        said = " ".join(error_said(error)).strip()
    except PkiError as error:
        said = kit_said(error)
    else:
        return attachment(made.content, made.file_name, made.content_type)
    if form is not None:
        form.add_error(None, said)
    return _page(request, kit, side, form, refused=said if form is None else "", status=400)


def _found(pk: int, side: str) -> tuple[Kit, Side]:
    if side not in {one.value for one in Side}:
        raise Http404
    rows = Kit.objects.with_parts().filter(stage=KitStage.CREATED)
    return get_object_or_404(rows, pk=pk), Side(side)


def _may_export(request: HttpRequest) -> None:
    """Where the archive holds a key, taking it out asks for the right of every export."""
    if not actor_of(request).has_perm(_EXPORTS):
        raise PermissionDenied


def _form(request: HttpRequest, key: PrivateKey) -> KitFilesForm:
    user: User = actor_of(request)
    return KitFilesForm(
        request.POST or None,
        key=key,
        user=user,
        may_be_plain=user.has_perm("certificates.export_plain_key"),
    )


def _page(
    request: HttpRequest,
    kit: Kit,
    side: Side,
    form: KitFilesForm | None,
    refused: str = "",
    status: int = 0,
) -> HttpResponse:
    bound = form is not None and form.is_bound
    context = {"kit": kit, "side": side, "form": form, "refused": refused}
    return render_page(
        request,
        "endpoints/kits/download.html",
        context,
        status=status or (400 if bound else 200),
    )
