"""Which services and accounts are to be judged again when something that they rest on changed.

`settings.DEPENDANTS` names these functions; each runs in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from endpoints.models import Account, Service
from jobs.services.request_job import request_job

_AT_ONCE = 500


def follow_stores(stores: Collection[int], moment: datetime) -> None:
    """Trust stores changed: their policy, their members or their CRLs."""
    _become_due(Q(server_store__in=stores) | Q(client_store__in=stores), None, moment)


def follow_certificates(certificates: Collection[int], moment: datetime) -> None:
    """People decided something else about certificates: replaced, retired, active again."""
    _become_due(
        Q(certificate__in=certificates), Q(certificates__certificate__in=certificates), moment
    )


def follow_keys(keys: Collection[str], moment: datetime) -> None:
    """Private keys arrived or changed their state; they are named by their SPKI SHA-256."""
    _become_due(
        Q(certificate__spki_sha256__in=keys) | Q(host_keys__private_key__spki_sha256__in=keys),
        Q(certificates__certificate__spki_sha256__in=keys)
        | Q(ssh_keys__private_key__spki_sha256__in=keys),
        moment,
    )


def follow_issuers(names: Collection[str], moment: datetime) -> None:
    """CAs arrived or went, from which paths lead down to these names."""
    ordered = sorted(names)
    for start in range(0, len(ordered), _AT_ONCE):
        some = ordered[start : start + _AT_ONCE]
        _become_due(
            Q(certificate__issuer_sha256__in=some),
            Q(certificates__certificate__issuer_sha256__in=some),
            moment,
        )


def _become_due(services: Q, accounts: Q | None, moment: datetime) -> None:
    """Mark services, their accounts, and accounts of their own; ask for a job where there are any."""
    touched = list(Service.objects.filter(services).order_by("pk").values_list("pk", flat=True))
    users = Q(services__in=touched)
    if accounts is not None:
        users |= accounts
    using = list(Account.objects.filter(users).order_by("pk").values_list("pk", flat=True))
    if not touched and not using:
        return
    for start in range(0, len(touched), _AT_ONCE):
        Service.objects.filter(pk__in=touched[start : start + _AT_ONCE]).become_due(moment)
    for start in range(0, len(using), _AT_ONCE):
        Account.objects.filter(pk__in=using[start : start + _AT_ONCE]).become_due(moment)
    request_job(kind="judge_endpoints")
