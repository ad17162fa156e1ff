"""What the pages of certificates, keys and trust stores show of services and accounts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from certificates.models import Certificate, Owner, PrivateKey, PublicKey
from endpoints.models import Account, Service
from truststores.models import TrustStore
from ui.panels import Panel

MOST_SHOWN = 50
RIGHT = "endpoints.manage_endpoints"


def uses_of_certificate(request: HttpRequest, shown: object) -> Panel | None:
    """Who presents a certificate, sends it in a chain or logs in with it, and what may begin here."""
    if not isinstance(shown, Certificate):
        return None
    groups = [
        ("Presented by", Service.objects.filter(certificate=shown)),
        ("Sent in the chain of", Service.objects.filter(chain__certificate=shown)),
        ("Logs in", Account.objects.filter(certificates__certificate=shown)),
    ]
    may_begin = not shown.is_ca and request.user.has_perm(RIGHT)
    usages = shown.extended_key_usage
    begins: dict[str, Any] = {
        "service": may_begin and (not usages or "serverAuth" in usages),
        "account": may_begin and (not usages or "clientAuth" in usages),
    }
    return _panel(groups, certificate=shown, begins=begins)


def uses_of_key(request: HttpRequest, shown: object) -> Panel | None:
    """Whose host key or SSH key a key is, and what works with a certificate of it."""
    if not isinstance(shown, PrivateKey | PublicKey):
        return None
    column = "private_key" if isinstance(shown, PrivateKey) else "public_key"
    spki = shown.spki_sha256
    groups = [
        ("Host key of", Service.objects.filter(**{f"host_keys__{column}": shown})),
        ("Logs in over SSH", Account.objects.filter(**{f"ssh_keys__{column}": shown})),
        (
            "Presented with a certificate of it by",
            Service.objects.filter(certificate__spki_sha256=spki),
        ),
        (
            "Logs in with a certificate of it",
            Account.objects.filter(certificates__certificate__spki_sha256=spki),
        ),
    ]
    return _panel(groups)


def uses_of_trust_store(request: HttpRequest, shown: object) -> Panel | None:
    """Which services accept their clients by a store, and which are accepted by it."""
    if not isinstance(shown, TrustStore):
        return None
    groups = [
        ("Accept their clients by it", Service.objects.filter(client_store=shown)),
        ("Are accepted by their clients by it", Service.objects.filter(server_store=shown)),
    ]
    return _panel(groups)


def uses_of_owner(request: HttpRequest, shown: object) -> Panel | None:
    """The services of an owner, and the accounts that it logs in with as a partner."""
    if not isinstance(shown, Owner):
        return None
    groups = [
        ("Services", Service.objects.filter(owner=shown)),
        ("Accounts", Account.objects.filter(partner=shown)),
    ]
    return _panel(groups)


def _panel(groups: list[tuple[str, Any]], **context: Any) -> Panel | None:
    """The uses in groups; nothing where there are none and nothing may begin."""
    found = []
    for title, rows in groups:
        listed = list(rows.order_by("name").distinct().only("name", "standing")[: MOST_SHOWN + 1])
        if listed:
            found.append((title, listed[:MOST_SHOWN], len(listed) > MOST_SHOWN))
    if not found and not any(context.get("begins", {}).values()):
        return None
    return Panel(
        title="Services and accounts",
        template="endpoints/_uses.html",
        anchor="services-and-accounts",
        context={"groups": found, **context},
    )
