from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import Certificate, Label


@transaction.atomic
def label_certificates(
    *,
    actor: User,
    certificates: Collection[int],
    add: Collection[str] = (),
    remove: Collection[str] = (),
    request: HttpRequest | None = None,
) -> int:
    """Put labels on certificates and take others off; how many certificates there were."""
    chosen = list(Certificate.objects.filter(pk__in=certificates).order_by("pk"))
    links = Certificate.labels.through
    for name in add:
        label, _ = Label.objects.get_or_create(name=name)
        links.objects.bulk_create(
            [links(certificate_id=one.pk, label_id=label.pk) for one in chosen],
            ignore_conflicts=True,
        )
    if remove:
        links.objects.filter(certificate__in=chosen, label__name__in=remove).delete()
        # A label that is on nothing is a word nobody uses; it only lengthens every choice.
        Label.objects.unused().filter(name__in=remove).delete()
    if chosen and (add or remove):
        record(
            actor=actor,
            action="certificates.labelled",
            subject=chosen[0] if len(chosen) == 1 else None,
            data={
                "count": len(chosen),
                "added": ", ".join(add) or "none",
                "removed": ", ".join(remove) or "none",
                "sha256": [one.sha256 for one in chosen[:100]],
            },
            request=request,
        )
    return len(chosen)
