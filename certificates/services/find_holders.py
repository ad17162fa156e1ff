from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from django.utils import timezone

from certificates.models import Certificate, KeyUse, Lifecycle, PrivateKey, RequestState
from ui.uses import Use, uses_of

MOST_CERTIFICATES = 50
_OPEN = (RequestState.CREATED, RequestState.SENT)


def find_holders(key: PrivateKey) -> list[Use]:
    """What works with a private key now, and would not without it.

    Services and accounts as apps above know them, the certificates in use that have it, requests that
    wait for their reply, and the places that somebody noted.
    """
    certificates = Certificate.objects.filter(
        spki_sha256=key.spki_sha256, lifecycle=Lifecycle.ACTIVE, not_after__gte=timezone.now()
    ).order_by("-not_after", "-pk")[:MOST_CERTIFICATES]
    places = KeyUse.objects.filter(spki_sha256=key.spki_sha256).select_related("owner")
    return [
        *uses_of("key", [key.pk]).get(key.pk, ()),
        *(
            Use(how="has the certificate", name=str(one), url=one.get_absolute_url())
            for one in certificates
        ),
        *(
            Use(how="needed for the reply to", name=str(one), url=one.get_absolute_url())
            for one in key.requests.filter(state__in=_OPEN).order_by("pk")
        ),
        *(Use(how="noted for", name=_place(one), url="") for one in places),
    ]


def _place(use: KeyUse) -> str:
    return f"{use} ({use.owner})" if use.owner is not None else str(use)


def holders_digest(holders: Sequence[Use]) -> str:
    """What a confirmation stands for: these and no others; empty without any."""
    told = [[one.how, one.name, one.url] for one in holders]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32] if told else ""
