"""What the pages of certificates, services and accounts show of kits."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest

from certificates.models import Certificate
from endpoints.models import Account, Kit, Service, ServiceProtocol
from ui.panels import Panel

MOST_SHOWN = 20
RIGHT = "endpoints.manage_endpoints"


def kits_of_certificate(request: HttpRequest, shown: object) -> Panel | None:
    """In which kits a certificate is; nothing where it is in none."""
    if not isinstance(shown, Certificate):
        return None
    return _panel(Q(server_certificate=shown) | Q(client_certificate=shown))


def kits_of_service(request: HttpRequest, shown: object) -> Panel | None:
    """The kits for a service, and the way to another one."""
    if not isinstance(shown, Service) or shown.protocol == ServiceProtocol.SFTP:
        return None
    begin = f"service={shown.pk}" if request.user.has_perm(RIGHT) else ""
    return _panel(Q(service=shown), begin)


def kits_of_account(request: HttpRequest, shown: object) -> Panel | None:
    """The kits for an account, and the way to another one."""
    if not isinstance(shown, Account):
        return None
    begin = f"account={shown.pk}" if request.user.has_perm(RIGHT) else ""
    return _panel(Q(account=shown), begin)


def _panel(which: Q, begin: str = "") -> Panel | None:
    found = Kit.objects.filter(which)
    # Most things are in none, and what a kit is made of is asked for by five tables.
    kits = list(found.with_parts()[: MOST_SHOWN + 1]) if found.exists() else []
    if not kits and not begin:
        return None
    return Panel(
        title="Kits",
        template="endpoints/kits/_panel.html",
        anchor="kits",
        context={"kits": kits[:MOST_SHOWN], "more": len(kits) > MOST_SHOWN, "begin": begin},
    )
