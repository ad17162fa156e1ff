from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import Label, PrivateKey, PublicKey
from certificates.querysets.keys import PrivateKeyQuerySet, PublicKeyQuerySet


@transaction.atomic
def label_keys(
    *,
    actor: User,
    among: PrivateKeyQuerySet | PublicKeyQuerySet,
    keys: Collection[int],
    add: Collection[str] = (),
    remove: Collection[str] = (),
    request: HttpRequest | None = None,
) -> int:
    """Put labels on keys out of `among` and take others off; how many keys there were."""
    chosen: list[PrivateKey | PublicKey] = list(among.filter(pk__in=keys).order_by("pk"))
    for name in add:
        label, _ = Label.objects.get_or_create(name=name)
        for key in chosen:
            key.labels.add(label)
    if remove:
        for key in chosen:
            key.labels.remove(*key.labels.filter(name__in=remove))
        # A label that is on nothing is a word nobody uses; it only lengthens every choice.
        Label.objects.unused().filter(name__in=remove).delete()
    if chosen and (add or remove):
        record(
            actor=actor,
            action="keys.labelled",
            subject=chosen[0] if len(chosen) == 1 else None,
            data={
                "count": len(chosen),
                "added": ", ".join(add) or "none",
                "removed": ", ".join(remove) or "none",
                "spki_sha256": [one.spki_sha256 for one in chosen[:100]],
            },
            request=request,
        )
    return len(chosen)
