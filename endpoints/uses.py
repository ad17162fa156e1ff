"""Which services and accounts use certificates, for the lists of the apps below."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from endpoints.models import Account, Service
from ui.uses import Use

_AT_ONCE = 500


def uses_of_certificates(numbers: Collection[int]) -> dict[int, list[Use]]:
    """Who presents each certificate, sends it in a chain, or logs in with it."""
    found: dict[int, list[Use]] = {}
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), _AT_ONCE):
        _find(ordered[start : start + _AT_ONCE], found)
    return found


def _find(numbers: list[int], found: dict[int, list[Use]]) -> None:
    services, accounts = Service.objects.all(), Account.objects.all()
    asked = (
        ("presented by", services, "certificate", "endpoints:service"),
        ("sent by", services, "chain__certificate", "endpoints:service"),
        ("logs in as", accounts, "certificates__certificate", "endpoints:account"),
    )
    for how, rows, column, page in asked:
        using = rows.filter(**{f"{column}__in": numbers}).order_by("name", "pk")
        for number, pk, name in using.values_list(column, "pk", "name").distinct():
            use = Use(how=how, name=name, url=reverse(page, args=[pk]))
            found.setdefault(number, []).append(use)
