from __future__ import annotations

from typing import Any

from certificates.models import Certificate, PrivateKey, PublicKey
from endpoints.models import Account, AccountCertificate, AccountKey, Service
from endpoints.services.find_parts import find_keys, find_parts
from endpoints.services.find_party import find_party
from endpoints.specs import AccountSpec


def fill_account(account: Account, spec: AccountSpec) -> None:
    """Put into the row what somebody wants of it; the rows beside it come with `fill_access`."""
    account.name = spec.name
    account.notes = spec.notes
    account.partner = find_party(spec.partner)


def fill_access(account: Account, spec: AccountSpec) -> None:
    """Write with what an account that is saved logs in, and where."""
    account.certificates.all().delete()
    AccountCertificate.objects.bulk_create(
        AccountCertificate(account=account, certificate=certificate)
        for certificate in find_parts(Certificate.objects.all(), spec.certificates)
    )
    account.ssh_keys.all().delete()
    AccountKey.objects.bulk_create(
        AccountKey(
            account=account,
            private_key=key if isinstance(key, PrivateKey) else None,
            public_key=key if isinstance(key, PublicKey) else None,
        )
        for key in find_keys(spec.ssh_keys)
    )
    account.services.set(find_parts(Service.objects.all(), spec.services))


def account_data(account: Account) -> dict[str, Any]:
    """The account as the log keeps it."""
    certificates = account.certificates.select_related("certificate").order_by("pk")
    keys = account.ssh_keys.select_related("private_key", "public_key").order_by("pk")
    return {
        "name": account.name,
        "notes": account.notes,
        "partner": str(account.partner or ""),
        "certificates": [one.certificate.sha256 for one in certificates],
        "ssh_keys": [one.key.short_fingerprint for one in keys],
        "services": sorted(account.services.values_list("name", flat=True)),
    }
