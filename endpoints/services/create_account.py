from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from endpoints.errors import EndpointRefused
from endpoints.models import Account
from endpoints.services.fill_account import account_data, fill_access, fill_account
from endpoints.specs import AccountSpec
from jobs.services.request_job import request_job


@transaction.atomic
def create_account(
    *,
    actor: User | None,
    spec: AccountSpec,
    token: uuid.UUID | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Account:
    """A new account, due to be judged. `token` comes with the form: sent twice, it is one."""
    slot = f"{actor.pk if actor else 0}:{token}" if token else None
    if slot and (made := Account.objects.filter(made_for=slot).first()):
        return made
    account = Account(made_for=slot, due_at=moment or timezone.now())
    fill_account(account, spec)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        # The same form, sent twice at the same moment: whoever came second has what the first made.
        if slot and (made := Account.objects.filter(made_for=slot).first()):
            return made
        raise EndpointRefused("account.name_taken", name=spec.name) from None
    fill_access(account, spec)
    request_job(kind="judge_endpoints", actor=actor)
    record(
        actor=actor,
        action="account.created",
        subject=account,
        data=account_data(account),
        request=request,
    )
    return account
