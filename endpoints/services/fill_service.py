from __future__ import annotations

from typing import Any

from django.utils import timezone

from certificates.models import Certificate, PrivateKey, PublicKey
from endpoints.models import (
    ChainSource,
    Service,
    ServiceAddress,
    ServiceChainCertificate,
    ServiceHostKey,
)
from endpoints.services.find_parts import find_keys, find_part, find_parts
from endpoints.services.find_party import find_party
from endpoints.specs import ServiceSpec
from truststores.models import TrustStore


def fill_service(service: Service, spec: ServiceSpec) -> None:
    """Put into the row what somebody wants of it; the rows beside it come with `fill_parts`."""
    service.name = spec.name
    service.protocol = spec.protocol
    service.port = spec.port
    service.notes = spec.notes
    service.owner = find_party(spec.owner)
    service.certificate = find_part(Certificate.objects.all(), spec.certificate_id)
    service.chain_source = spec.chain_source
    service.client_authentication = spec.client_authentication
    service.client_store = find_part(TrustStore.objects.all(), spec.client_store_id)
    service.server_store = find_part(TrustStore.objects.all(), spec.server_store_id)
    service.cn_is_account = spec.cn_is_account
    service.probe_every = spec.probe_every
    # What is described anew is looked at anew.
    service.probe_at = timezone.now() if spec.probe_every else None


def fill_parts(service: Service, spec: ServiceSpec) -> None:
    """Write the addresses, the given chain and the host keys of a service that is saved."""
    service.addresses.all().delete()
    ServiceAddress.objects.bulk_create(
        ServiceAddress(service=service, position=position, host=one.host, is_ip=one.is_ip)
        for position, one in enumerate(dict.fromkeys(spec.addresses))
    )
    service.chain.all().delete()
    given = spec.chain if spec.chain_source == ChainSource.GIVEN else ()
    ServiceChainCertificate.objects.bulk_create(
        ServiceChainCertificate(service=service, position=position, certificate=certificate)
        for position, certificate in enumerate(find_parts(Certificate.objects.all(), given))
    )
    service.host_keys.all().delete()
    ServiceHostKey.objects.bulk_create(
        ServiceHostKey(
            service=service,
            private_key=key if isinstance(key, PrivateKey) else None,
            public_key=key if isinstance(key, PublicKey) else None,
        )
        for key in find_keys(spec.host_keys)
    )


def service_data(service: Service) -> dict[str, Any]:
    """The service as the log keeps it."""
    chain = service.chain.select_related("certificate").order_by("position")
    keys = service.host_keys.select_related("private_key", "public_key").order_by("pk")
    return {
        "name": service.name,
        "protocol": str(service.protocol),
        "addresses": [one.host for one in service.addresses.order_by("position")],
        "port": service.port,
        "notes": service.notes,
        "owner": str(service.owner or ""),
        "host_keys": [one.key.short_fingerprint for one in keys],
        "certificate": service.certificate.sha256 if service.certificate else "",
        "chain_source": str(service.chain_source),
        "chain": [one.certificate.sha256 for one in chain],
        "client_authentication": str(service.client_authentication),
        "client_store": str(service.client_store or ""),
        "server_store": str(service.server_store or ""),
        "cn_is_account": service.cn_is_account,
        "probe_every": str(service.probe_every or ""),
    }
