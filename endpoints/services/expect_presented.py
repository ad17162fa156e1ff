from __future__ import annotations

from datetime import datetime
from typing import Any

from endpoints.models import ClientAuthentication, Service
from endpoints.services.presented_chain import presented_chain
from pki.key_faces import openssh_line
from pki.probe.values import ClientAsked
from truststores.models import Role, StoreMember

_CLIENT = {
    ClientAuthentication.NONE: ClientAsked.NO,
    ClientAuthentication.OPTIONAL: ClientAsked.OPTIONAL,
    ClientAuthentication.REQUIRED: ClientAsked.REQUIRED,
}
# A list of authorities longer than this is no list that a handshake names.
_MOST_AUTHORITIES = 500


def expect_presented(service: Service, *, moment: datetime) -> dict[str, Any]:
    """What the service should present by its description, as a probe keeps it beside what it saw."""
    if not service.speaks_tls:
        return {"host_keys": _host_keys(service)}
    chain = presented_chain(service, moment=moment)
    return {
        "certificates": [
            {"sha256": one.sha256, "name": str(one), "self_issued": one.self_issued}
            for one in chain.certificates
        ],
        # Without a certificate nobody has described what it presents, whom it asks included.
        "client": _CLIENT[ClientAuthentication(service.client_authentication)].value
        if chain.certificates
        else "",
        "authorities": _authorities(service),
    }


def _authorities(service: Service) -> list[dict[str, str]]:
    if service.client_store_id is None:
        return []
    anchors = StoreMember.objects.filter(
        trust_store=service.client_store_id, role=Role.ANCHOR
    ).select_related("certificate")
    return [
        {"text": one.certificate.subject, "sha256": one.certificate.subject_sha256}
        for one in anchors[:_MOST_AUTHORITIES]
    ]


def _host_keys(service: Service) -> list[dict[str, Any]]:
    rows = service.host_keys.select_related("private_key", "public_key")
    return [
        {
            "algorithm": openssh_line(bytes(key.spki)).split(" ", 1)[0] if key.ssh_sha256 else "",
            "kind": key.kind_text,
            "size": key.size,
            "spki_sha256": key.spki_sha256,
            "ssh_sha256": key.ssh_sha256,
            "name": key.name,
        }
        for key in (row.key for row in rows)
    ]
