"""What the page of a certificate shows of the key store."""

from __future__ import annotations

from django.http import HttpRequest

from certificates.models import Certificate, PrivateKey
from ui.panels import Panel


def key_of_certificate(request: HttpRequest, shown: object) -> Panel | None:
    """The private key of a certificate, where it is held here."""
    if not isinstance(shown, Certificate):
        return None
    held = (
        PrivateKey.objects.filter(spki_sha256=shown.spki_sha256)
        .select_related("owner")
        .only("name", "state", "algorithm", "size", "owner__name")
        .first()
    )
    if held is None:
        return None
    return Panel(
        title="Private key: held here",
        template="certificates/keys/_key_of_certificate.html",
        anchor="private-key",
        context={"key": held},
    )
