from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest

from endpoints.errors import EndpointRefused
from endpoints.models import Account
from endpoints.services.fill_account import account_data, fill_access, fill_account
from endpoints.services.revise_endpoint import differences, revise_endpoint
from endpoints.specs import AccountSpec


def change_account(
    *,
    actor: User | None,
    account_id: int,
    revision: int,
    spec: AccountSpec,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Account:
    """Describe an account anew; it is due to be judged."""
    try:
        with revise_endpoint(
            Account.objects.all(),
            pk=account_id,
            revision=revision,
            action="account.changed",
            actor=actor,
            request=request,
            moment=moment,
        ) as change:
            account = change.row
            before = account_data(account)
            fill_account(account, spec)
            fill_access(account, spec)
            change.data.update(differences(before, account_data(account)))
    except IntegrityError:
        raise EndpointRefused("account.name_taken", name=spec.name) from None
    return account
