from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from endpoints.errors import EndpointChanged
from endpoints.models import Account
from endpoints.services.fill_account import account_data


@transaction.atomic
def delete_account(
    *, actor: User | None, account_id: int, revision: int, request: HttpRequest | None = None
) -> None:
    """Forget an account with its rehearsals; its certificates and keys stay. Asked twice, done once."""
    account = Account.objects.select_for_update(of=("self",)).filter(pk=account_id).first()
    if account is None:
        return
    if account.revision != revision:
        raise EndpointChanged
    data = account_data(account)
    record(actor=actor, action="account.deleted", subject=account, data=data, request=request)
    account.delete()
