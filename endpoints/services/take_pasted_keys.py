from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from certificates.key_specs import KeyAbout, KeyFile, Wanted
from certificates.key_texts import error_said, key_said
from certificates.models import PublicKey
from certificates.services.import_keys import NothingToKeep, import_keys
from endpoints.errors import EndpointRefused
from endpoints.specs import KeyRef, Party
from pki.errors import LimitExceeded, SandboxKilled


@sensitive_variables("text")
def take_pasted_keys(
    *,
    actor: User,
    text: str,
    party: Party,
    token: uuid.UUID,
    request: HttpRequest | None = None,
) -> tuple[KeyRef, ...]:
    """Bring pasted public keys into the key store, and say which they are.

    `token` is the form's: the same text of the same form is one import. Refuses what is no public
    key, with the sentence that the import of keys has for it.
    """
    try:
        done = import_keys(
            actor=actor,
            file=KeyFile(name="", content=text.encode(), wanted=Wanted.PUBLIC),
            about=KeyAbout(owner_id=party.owner_id, new_owner=party.new_owner),
            token=uuid.uuid5(token, text),
            request=request,
        )
    except NothingToKeep as nothing:
        told = key_said(nothing.finding)
        says = f"{told.sentence} {told.advice}".strip()
        raise EndpointRefused("endpoint.keys_refused", says=says) from None
    except (LimitExceeded, SandboxKilled) as error:
        says = " ".join(error_said(error)).strip()
        raise EndpointRefused("endpoint.keys_refused", says=says) from None
    refs = [
        KeyRef(kind="private" if item["kind"] == "private" else "public", key_id=int(item["key"]))
        for item in done.items
        if "key" in item
    ]
    _refuse_without_ssh(refs)
    return tuple(dict.fromkeys(refs))


def _refuse_without_ssh(refs: list[KeyRef]) -> None:
    public = [ref.key_id for ref in refs if ref.kind == "public"]
    odd = PublicKey.objects.filter(pk__in=public, ssh_sha256="").first()
    if odd is not None:
        raise EndpointRefused(
            "endpoint.keys_refused",
            says=f"SSH has no form of a key of this kind ({odd.kind_text}).",
        )
