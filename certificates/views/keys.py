from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.forms.key_edit import KeyEditForm
from certificates.forms.key_generate import KeyGenerateForm
from certificates.forms.key_lines import AuthorizedKeysForm, KnownHostsForm
from certificates.forms.key_state import KeyStateForm
from certificates.forms.key_use import KeyUseForm
from certificates.key_lists import (
    PRIVATE_KEYS,
    PUBLIC_KEYS,
    private_key_rows,
    public_key_rows,
)
from certificates.key_refusals import KeyNeeded, KeyRefused
from certificates.key_texts import key_said
from certificates.models import PrivateKey, PublicKey
from certificates.services.add_key_use import add_key_use
from certificates.services.change_key_state import change_key_state
from certificates.services.delete_certificates import Deletion
from certificates.services.delete_public_key import KeyInUse, delete_public_key
from certificates.services.edit_key import edit_key
from certificates.services.find_holders import holders_digest
from certificates.services.find_key_uses import find_key_uses
from certificates.services.remove_key_use import remove_key_use
from certificates.services.request_key import request_key
from jobs.error_texts import sentence_of
from jobs.models import Job, JobState
from pki.findings import Finding
from pki.formats.write import safe_file_name
from pki.key_faces import KeyFaces, key_faces, openssh_line
from ui.http import attachment, render_page, wants_fragment
from ui.panels import panels_for


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The private keys that are held here."""
    page = PRIVATE_KEYS.page(request, private_key_rows())
    return render_page(
        request,
        "certificates/keys/keys.html",
        {"page": page, "is_private": True},
        fragment="certificates/keys/_rows.html",
    )


@require_safe
def public_keys(request: HttpRequest) -> HttpResponse:
    """The keys whose private part is elsewhere."""
    page = PUBLIC_KEYS.page(request, public_key_rows())
    return render_page(
        request,
        "certificates/keys/keys.html",
        {"page": page, "is_private": False},
        fragment="certificates/keys/_rows.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("certificates.manage_keys", raise_exception=True)
def key_new(request: HttpRequest) -> HttpResponse:
    """Make a key."""
    form = KeyGenerateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = request_key(
            actor=_actor(request), order=form.to_order(), token=form.to_token(), request=request
        )
        if isinstance(made, Job):
            return redirect("certificates:key_making", made.pk)
        messages.success(request, "The key was made. Its private part is sealed.")
        return redirect(made)
    status = 400 if form.is_bound else 200
    return render_page(request, "certificates/keys/new.html", {"form": form}, status=status)


@require_safe
def key_making(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the making of a large key is; at its end, the key."""
    job = get_object_or_404(Job.objects.select_related("actor"), pk=pk, kind="generate_key")
    made = PrivateKey.objects.filter(pk=job.result.get("key")).first()
    if job.state == JobState.DONE and made is not None:
        if not wants_fragment(request):
            return redirect(made)
        # A redirection would put the key's page into the place of the progress.
        return HttpResponse(headers={"HX-Redirect": made.get_absolute_url()})
    context = {
        "job": job,
        "progress": job.progress,
        "reason": sentence_of(job.error_code, job.error_data),
    }
    return render_page(
        request,
        "certificates/keys/making.html",
        context,
        fragment="certificates/keys/_making.html",
    )


@require_safe
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """Every face of a private key, where it is used, and its life."""
    shown = get_object_or_404(PrivateKey.objects.select_related("owner"), pk=pk)
    context = {
        **_faces(request, shown),
        "is_private": True,
        "transitions": shown.transitions.select_related("actor").order_by("-moment", "-pk"),
        "state_form": KeyStateForm(key=shown) if shown.next_states else None,
        "requests": shown.requests.order_by("-created_at", "-pk")[:50],
        "panels": panels_for("key", request, shown),
    }
    return render_page(request, "certificates/keys/key.html", context)


@require_safe
def public_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Every face of a key whose private part is elsewhere."""
    shown = get_object_or_404(PublicKey.objects.select_related("owner"), pk=pk)
    context = {
        **_faces(request, shown),
        "is_private": False,
        "panels": panels_for("public_key", request, shown),
    }
    return render_page(request, "certificates/keys/key.html", context)


def _faces(request: HttpRequest, shown: PrivateKey | PublicKey) -> dict[str, object]:
    spki = bytes(shown.spki)
    faces = key_faces(spki)
    hosts_form = KnownHostsForm(request.GET if "hosts" in request.GET else None)
    account_form = AuthorizedKeysForm(request.GET if "comment" in request.GET else None)
    has_ssh = bool(faces.openssh_line)
    return {
        "key": shown,
        "labels": shown.labels.all(),
        "faces": faces,
        "fingerprints": _fingerprints(faces),
        "findings": [key_said(Finding.from_json(one)) for one in shown.findings],
        "used": find_key_uses(shown),
        "use_form": KeyUseForm(),
        "hosts_form": hosts_form,
        "known_hosts": hosts_form.to_lines(spki) if has_ssh and hosts_form.is_valid() else [],
        "account_form": account_form,
        "authorized_keys": (
            account_form.to_line(spki) if has_ssh and account_form.is_valid() else ""
        ),
    }


def _fingerprints(faces: KeyFaces) -> list[tuple[str, str, str]]:
    """Digest, as `ssh-keygen -l` prints it (empty without an SSH form), as OpenSSL prints it."""
    ssh = faces.ssh
    return [
        ("SHA-256", ssh.sha256 if ssh else "", faces.spki.sha256),
        ("SHA-1", ssh.sha1 if ssh else "", faces.spki.sha1),
        ("MD5", ssh.md5 if ssh else "", faces.spki.md5),
    ]


@require_safe
def key_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The public part of a private key."""
    return _public_file(request, get_object_or_404(PrivateKey, pk=pk))


@require_safe
def public_key_download(request: HttpRequest, pk: int) -> HttpResponse:
    """A public key."""
    return _public_file(request, get_object_or_404(PublicKey, pk=pk))


def _public_file(request: HttpRequest, shown: PrivateKey | PublicKey) -> HttpResponse:
    form = request.GET.get("form", "pem")
    spki = bytes(shown.spki)
    if form == "pem":
        content = key_faces(spki).spki_pem.encode()
        return attachment(
            content, safe_file_name(shown.name, suffix=".pub.pem"), "application/x-pem-file"
        )
    if form == "der":
        return attachment(spki, safe_file_name(shown.name, suffix=".pub.der"))
    if form == "openssh" and shown.ssh_sha256:
        return attachment(
            f"{openssh_line(spki)}\n".encode(),
            safe_file_name(shown.name, suffix=".pub"),
            "text/plain; charset=utf-8",
        )
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("certificates.manage_keys", raise_exception=True)
def key_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what people say about a private key."""
    return _edit(request, get_object_or_404(PrivateKey.objects.select_related("owner"), pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("certificates.manage_keys", raise_exception=True)
def public_key_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what people say about a public key."""
    return _edit(request, get_object_or_404(PublicKey.objects.select_related("owner"), pk=pk))


def _edit(request: HttpRequest, shown: PrivateKey | PublicKey) -> HttpResponse:
    form = KeyEditForm(request.POST or None, key=shown)
    if request.method == "POST" and form.is_valid():
        edit_key(actor=_actor(request), key=shown, about=form.to_about(), request=request)
        messages.success(request, "Saved.")
        return redirect(shown)
    status = 400 if form.is_bound else 200
    context = {"form": form, "key": shown}
    return render_page(request, "certificates/keys/edit.html", context, status=status)


@require_POST
@permission_required("certificates.manage_keys", raise_exception=True)
def key_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a private key to another state; where something would lose it, only after that was shown."""
    shown = get_object_or_404(PrivateKey, pk=pk)
    if request.POST.get("state") == shown.state:
        # Sent twice: it is done.
        return redirect(shown)
    form = KeyStateForm(request.POST, key=shown)
    if form.is_valid():
        try:
            change_key_state(
                actor=_actor(request),
                key=shown,
                state=form.to_state(),
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                request=request,
            )
        except KeyNeeded as used:
            context = {
                "key": shown,
                "form": form,
                "to": form.to_state(),
                "holders": used.holders,
                "seen": holders_digest(used.holders),
                "was_shown": bool(form.cleaned_data["seen"]),
            }
            return render_page(request, "certificates/keys/in_use.html", context)
        except KeyRefused as refused:
            messages.error(request, refused.says)
        else:
            messages.success(request, f"The key is now {shown.get_state_display().lower()}.")
        return redirect(shown)
    context = {"form": form, "key": shown}
    return render_page(request, "certificates/keys/state.html", context, status=400)


@require_POST
@permission_required("certificates.manage_keys", raise_exception=True)
def key_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Note, or forget, that a private key is used somewhere."""
    return _use(request, get_object_or_404(PrivateKey, pk=pk))


@require_POST
@permission_required("certificates.manage_keys", raise_exception=True)
def public_key_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Note, or forget, that a public key is used somewhere."""
    return _use(request, get_object_or_404(PublicKey, pk=pk))


def _use(request: HttpRequest, shown: PrivateKey | PublicKey) -> HttpResponse:
    actor = _actor(request)
    forgotten = request.POST.get("remove", "")
    if forgotten.isascii() and forgotten.isdigit() and len(forgotten) < 19:
        remove_key_use(actor=actor, key=shown, use_id=int(forgotten), request=request)
        return redirect(f"{shown.get_absolute_url()}#uses")
    form = KeyUseForm(request.POST)
    if form.is_valid():
        add_key_use(
            actor=actor,
            key=shown,
            protocol=form.cleaned_data["protocol"],
            owner=form.cleaned_data["partner"],
            place=form.cleaned_data["place"],
            request=request,
        )
    else:
        hidden = form.errors.get("place") if form.data.get("place", "").strip() else None
        messages.error(request, str(hidden[0]) if hidden else "Say where the key is used.")
    return redirect(f"{shown.get_absolute_url()}#uses")


@require_POST
@permission_required("certificates.manage_keys", raise_exception=True)
def public_key_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a public key is forgotten; with the answer, forget it."""
    shown = get_object_or_404(PublicKey, pk=pk)
    if "confirmed" not in request.POST:
        return render_page(request, "certificates/keys/delete.html", {"key": shown})
    try:
        delete_public_key(actor=_actor(request), key=shown, request=request)
    except KeyInUse as in_use:
        context = {
            "done": Deletion(deleted=0, used=((shown, in_use.uses),)),
            "what": "public key",
            "back_url": shown.get_absolute_url(),
        }
        return render_page(request, "certificates/still_used.html", context, status=409)
    messages.success(request, f"“{shown.name}” was deleted.")
    return redirect("certificates:public_keys")


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the permission was checked before)
    return request.user
