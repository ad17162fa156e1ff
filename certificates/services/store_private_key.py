from __future__ import annotations

from collections.abc import Collection, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from audit.services.record import record
from certificates.kek import key_context, sealing_kek
from certificates.key_refusals import KeyRefused
from certificates.models import (
    KeyOrigin,
    KeyState,
    KeyTransition,
    Label,
    Owner,
    PrivateKey,
    PublicKey,
    SealedKey,
)
from certificates.services.public_facts import public_facts
from jobs.dependants import tell_dependants
from pki.findings import Finding
from pki.key_generation import public_part
from pki.sealing import seal

_LONGEST_NAME = 200


@sensitive_variables("pkcs8")
@transaction.atomic
def store_private_key(
    *,
    actor: User | None,
    pkcs8: bytes,
    name: str,
    owner: Owner | None = None,
    labels: Collection[str] = (),
    origin: KeyOrigin | str,
    container: str = "",
    note: str = "",
    findings: Sequence[Finding] | None = None,
    made_for: str | None = None,
    request: HttpRequest | None = None,
) -> PrivateKey:
    """Seal a private key (PKCS#8 DER, unencrypted) and keep it: the only place that seals one.

    A key that is here already is given back as it is, whatever name it comes with now; so is the
    one that `made_for` was made for. One that was destroyed here raises `KeyRefused`. What the
    console makes itself begins pre-active, what is imported is in use somewhere and so active.
    """
    if made_for is not None and (made := PrivateKey.objects.filter(made_for=made_for).first()):
        return made
    spki = public_part(pkcs8)
    # Taken first, so that of two who bring the same key one waits, and finds it.
    kek = sealing_kek()
    facts = public_facts(spki, findings=findings)
    here = PrivateKey.objects.filter(spki_sha256=facts["spki_sha256"]).first()
    if here is not None:
        if here.key_state is KeyState.DESTROYED:
            raise KeyRefused("key.destroyed_before", name=here.name)
        return here
    now = timezone.now()
    state = KeyState.PRE_ACTIVE if origin == KeyOrigin.GENERATED else KeyState.ACTIVE
    key = PrivateKey.objects.create(
        **facts,
        name=name[:_LONGEST_NAME],
        owner=owner,
        origin=KeyOrigin(origin),
        container=container,
        note=note,
        state=state,
        state_since=now,
        made_for=made_for,
        created_at=now,
    )
    context = key_context(key.pk, key.spki_sha256)
    sealed = seal(pkcs8, kek=kek, context=context)
    del pkcs8
    SealedKey.objects.create(key=key, kek_id=sealed.kek_id, sealed=sealed.to_bytes())
    KeyTransition.objects.create(key=key, after=state, moment=now, actor=actor)
    key.labels.set([Label.objects.get_or_create(name=label)[0] for label in labels])
    # What was only a public key until now has its private part here.
    known = PublicKey.objects.filter(spki_sha256=key.spki_sha256)
    was_public = ", ".join(known.values_list("name", flat=True))
    known.delete()
    tell_dependants("key", [key.spki_sha256], moment=now)
    record(
        actor=actor,
        action="key.generated" if key.origin == KeyOrigin.GENERATED else "key.imported",
        subject=key,
        data={
            "kind": key.kind_text,
            "spki_sha256": key.spki_sha256,
            "after": str(state),
            "owner": owner.name if owner is not None else "",
            "container": container,
            "was_public_key": was_public,
        },
        request=request,
    )
    return key
