from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from certificates.models import Certificate
from endpoints.errors import EndpointRefused
from endpoints.models import Account, AccountCertificate
from endpoints.services.find_successor import find_successor
from endpoints.services.revise_endpoint import revise_endpoint


def accept_successor(
    *,
    actor: User | None,
    account_id: int,
    certificate_id: int,
    revision: int,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Certificate:
    """Let an account log in with what replaced one of its certificates, in its place.

    Refuses where nothing has replaced it, or it is none of the account's.
    """
    with revise_endpoint(
        Account.objects.all(),
        pk=account_id,
        revision=revision,
        action="account.certificate_replaced",
        actor=actor,
        request=request,
        moment=moment,
    ) as change:
        held = change.row.certificates.select_related("certificate__replaced_by")
        old = held.filter(certificate=certificate_id).first()
        after = find_successor(old.certificate) if old is not None else None
        if old is None or after is None:
            raise EndpointRefused("endpoint.nothing_replaced")
        old.delete()
        AccountCertificate.objects.get_or_create(account=change.row, certificate=after)
        change.data.update(
            {
                "before": str(old.certificate),
                "after": str(after),
                "sha256": [old.certificate.sha256, after.sha256],
            }
        )
    return after
