from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from certificates.models import Certificate, PrivateKey, PublicKey
from endpoints.errors import EndpointRefused
from endpoints.models import (
    ChainSource,
    Probe,
    Service,
    ServiceChainCertificate,
    ServiceHostKey,
)
from endpoints.services.expect_presented import expect_presented
from endpoints.services.fill_service import service_data
from endpoints.services.presented_chain import presented_chain
from endpoints.services.recompare_probes import compare_with
from endpoints.services.revise_endpoint import differences, revise_endpoint
from endpoints.services.settle_probes import settle_probes


def accept_presented(
    *,
    actor: User | None,
    probe_id: int,
    revision: int,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Service:
    """What was seen is right: the service presents it from now on.

    Refuses what is not in the inventory yet, and a probe of an address or a protocol that the
    service no longer has. The probe is compared again, so that it agrees with the description.
    """
    probe = Probe.objects.select_related("service").get(pk=probe_id)
    with revise_endpoint(
        Service.objects.all(),
        pk=probe.service_id,
        revision=revision,
        action="service.presented_accepted",
        actor=actor,
        request=request,
        moment=moment,
    ) as change:
        service = change.row
        _refuse_elsewhere(service, probe)
        before = service_data(service)
        if probe.presented.get("tls") and service.speaks_tls:
            _present_chain(service, probe, change.moment)
        elif probe.presented.get("ssh") and not service.speaks_tls:
            _present_host_keys(service, probe)
        else:
            raise EndpointRefused("probe.nothing_seen")
        change.data.update(
            {
                "address": probe.authority,
                "name": _first_name(probe),
                **differences(before, service_data(service)),
            }
        )
        service.accounts.all().become_due(change.moment)
        compare_with(probe, expect_presented(service, moment=change.moment))
    settle_probes(service_id=service.pk)
    return service


def _refuse_elsewhere(service: Service, probe: Probe) -> None:
    here = service.port == probe.port and service.addresses.filter(host=probe.host).exists()
    if not here:
        raise EndpointRefused("probe.of_another_address", address=probe.authority)


def _first_name(probe: Probe) -> str:
    if tls := probe.presented.get("tls"):
        return str(tls["certificates"][0]["name"])
    return ", ".join(key["algorithm"] for key in probe.presented["ssh"]["keys"])


def _present_chain(service: Service, probe: Probe, moment: datetime) -> None:
    wanted = list(dict.fromkeys(one["sha256"] for one in probe.presented["tls"]["certificates"]))
    found = Certificate.objects.in_bulk(wanted, field_name="sha256")
    if len(found) != len(wanted):
        raise EndpointRefused("probe.not_imported", missing=len(wanted) - len(found))
    leaf, *others = (found[sha256] for sha256 in wanted)
    service.certificate = leaf
    service.chain.all().delete()
    service.chain_source = ChainSource.BUILT
    built = presented_chain(service, moment=moment).certificates
    if [one.pk for one in built] == [one.pk for one in (leaf, *others)]:
        return
    service.chain_source = ChainSource.GIVEN if others else ChainSource.NONE
    ServiceChainCertificate.objects.bulk_create(
        ServiceChainCertificate(service=service, position=position, certificate=certificate)
        for position, certificate in enumerate(others)
    )


def _present_host_keys(service: Service, probe: Probe) -> None:
    wanted = [one["spki_sha256"] for one in probe.presented["ssh"]["keys"]]
    private = PrivateKey.objects.in_bulk(wanted, field_name="spki_sha256")
    public = PublicKey.objects.in_bulk(wanted, field_name="spki_sha256")
    keys: Sequence[PrivateKey | PublicKey] = [
        held for sha256 in wanted if (held := private.get(sha256) or public.get(sha256))
    ]
    if len(keys) != len(wanted):
        raise EndpointRefused("probe.not_imported", missing=len(wanted) - len(keys))
    service.host_keys.all().delete()
    ServiceHostKey.objects.bulk_create(
        ServiceHostKey(
            service=service,
            private_key=key if isinstance(key, PrivateKey) else None,
            public_key=key if isinstance(key, PublicKey) else None,
        )
        for key in keys
    )
