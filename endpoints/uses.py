"""Which services and accounts use certificates and keys, for the apps below."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from certificates.models import Certificate, PrivateKey
from endpoints.models import Account, Service
from ui.uses import Use

_AT_ONCE = 500


def uses_of_certificates(numbers: Collection[int]) -> dict[int, list[Use]]:
    """Who presents each certificate, sends it in a chain, or logs in with it."""
    services, accounts = Service.objects.all(), Account.objects.all()
    return _found(
        numbers,
        ("presented by", services, "certificate", "endpoints:service"),
        ("sent by", services, "chain__certificate", "endpoints:service"),
        ("logs in as", accounts, "certificates__certificate", "endpoints:account"),
    )


def uses_of_private_keys(numbers: Collection[int]) -> dict[int, list[Use]]:
    """Whose host key or SSH key each key is, and who works with a certificate of it."""
    found = _found(
        numbers,
        ("host key of", Service.objects.all(), "host_keys__private_key", "endpoints:service"),
        ("SSH key of", Account.objects.all(), "ssh_keys__private_key", "endpoints:account"),
    )
    for number, certificates in _certificates_of(numbers).items():
        for uses in uses_of_certificates(certificates).values():
            known = found.setdefault(number, [])
            known.extend(use for use in uses if use not in known)
    return found


def _certificates_of(numbers: Collection[int]) -> dict[int, list[int]]:
    keys = dict(PrivateKey.objects.filter(pk__in=numbers).values_list("spki_sha256", "pk"))
    rows = Certificate.objects.filter(spki_sha256__in=list(keys)).order_by("pk")
    certificates: dict[int, list[int]] = {}
    for pk, spki_sha256 in rows.values_list("pk", "spki_sha256"):
        certificates.setdefault(keys[spki_sha256], []).append(pk)
    return certificates


_Asked = tuple[str, QuerySet[Any], str, str]
"""How it is used, by which rows, the column that names what is used, and the page of the user."""


def _found(numbers: Collection[int], *asked: _Asked) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = {}
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), _AT_ONCE):
        some = ordered[start : start + _AT_ONCE]
        for how, rows, column, page in asked:
            using = rows.filter(**{f"{column}__in": some}).order_by("name", "pk")
            for number, pk, name in using.values_list(column, "pk", "name").distinct():
                use = Use(how=how, name=name, url=reverse(page, args=[pk]))
                found.setdefault(number, []).append(use)
    return found
