from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from certificates.models import Certificate
from certificates.services.build_chain import build_chain
from endpoints.errors import EndpointRefused
from endpoints.kit_specs import KitNotes
from endpoints.models import (
    Account,
    AccountCertificate,
    ChainSource,
    ClientAuthentication,
    Kit,
    Service,
    ServiceProtocol,
)
from endpoints.services.create_account import create_account
from endpoints.services.create_service import create_service
from endpoints.services.fill_service import service_data
from endpoints.services.revise_endpoint import differences, revise_endpoint
from endpoints.specs import AccountSpec, Address, ServiceSpec
from pki.host_names import is_address
from pki.verify.inputs import Policy, Usage
from truststores.models import TrustStore
from truststores.services.add_members import add_members
from truststores.services.create_trust_store import create_trust_store
from truststores.specs import NewMember, StoreSpec


def note_kit(
    *, actor: User, kit: Kit, notes: KitNotes, request: HttpRequest | None = None
) -> list[str]:
    """Tell services, accounts and trust stores of a kit, in its transaction; what was told."""
    noted: list[str] = []
    # Trust stores first: they take the turn in which all changes of trust are made.
    client_store = _client_store(actor, kit, notes, request)
    server_store = _server_store(actor, kit, notes, request)
    noted += [f"trust store {one.name}" for one in (client_store, server_store) if one]
    if notes.service or client_store or server_store:
        service = _note_service(actor, kit, notes, client_store, server_store, request)
        kit.service = service
        noted.append(f"service {service.name}")
    if notes.account:
        account = _note_account(actor, kit, request)
        kit.account = account
        noted.append(f"account {account.name}")
    return noted


def _service_name(kit: Kit) -> str:
    """What a new service is called: as was said, else its address, with the port if that is taken."""
    wanted = kit.service_name or str(kit.addresses[0])
    taken = Service.objects.filter(name=wanted).exists()
    return f"{wanted[:80]}, port {kit.port}" if taken else wanted[:100]


# Trust -------------------------------------------------------------------------------------------


def _client_store(
    actor: User, kit: Kit, notes: KitNotes, request: HttpRequest | None
) -> TrustStore | None:
    if not notes.client_store:
        return None
    held = kit.service.client_store if kit.service is not None else None
    name = f"Clients of {kit.service.name if kit.service is not None else _service_name(kit)}"
    store = held or _new_store(actor, name, Usage.CLIENT, request)
    _accept(actor, store, kit.client_certificate, request)
    return store


def _server_store(
    actor: User, kit: Kit, notes: KitNotes, request: HttpRequest | None
) -> TrustStore | None:
    if not notes.server_store:
        return None
    held = kit.service.server_store if kit.service is not None else None
    name = f"Server {kit.service.name if kit.service is not None else _service_name(kit)}"
    store = held or _new_store(actor, name, Usage.SERVER, request)
    _accept(actor, store, kit.server_certificate, request)
    return store


def _new_store(actor: User, name: str, usage: Usage, request: HttpRequest | None) -> TrustStore:
    wanted, number = name[:90], 2
    while TrustStore.objects.filter(name=wanted).exists():
        wanted, number = f"{name[:90]} ({number})", number + 1
    spec = StoreSpec(name=wanted, policy=Policy(usage=usage))
    return create_trust_store(actor=actor, spec=spec, request=request)


def _accept(
    actor: User, store: TrustStore, certificate: Certificate, request: HttpRequest | None
) -> None:
    """Make members of what has to be accepted: the certificate itself, or the authorities above it."""
    chain = build_chain(certificate, moment=timezone.now()).certificates
    accepted = chain if len(chain) == 1 else chain[1:]
    held = set(store.members.values_list("certificate_id", flat=True))
    additions = [NewMember(certificate_id=one.pk) for one in accepted if one.pk not in held]
    if additions:
        add_members(actor=actor, store_id=store.pk, additions=additions, request=request)


# Services and accounts ---------------------------------------------------------------------------


def _note_service(
    actor: User,
    kit: Kit,
    notes: KitNotes,
    client_store: TrustStore | None,
    server_store: TrustStore | None,
    request: HttpRequest | None,
) -> Service:
    if kit.service is None:
        return create_service(
            actor=actor,
            spec=ServiceSpec(
                name=_service_name(kit),
                protocol=ServiceProtocol(kit.protocol),
                port=kit.port,
                addresses=tuple(Address(host=one, is_ip=is_address(one)) for one in kit.addresses),
                certificate_id=kit.server_certificate.pk,
                client_authentication=ClientAuthentication.REQUIRED,
                client_store_id=client_store.pk if client_store else None,
                server_store_id=server_store.pk if server_store else None,
            ),
            request=request,
        )
    with revise_endpoint(
        Service.objects.all(),
        pk=kit.service.pk,
        revision=Service.objects.values_list("revision", flat=True).get(pk=kit.service.pk),
        action="service.changed",
        actor=actor,
        request=request,
    ) as change:
        service = change.row
        if not service.speaks_tls:
            raise EndpointRefused("kit.service_no_tls", name=service.name)
        before = service_data(service)
        if notes.service:
            if service.certificate != kit.server_certificate:
                # The archive has its issuers; a chain that was named belongs to another certificate.
                service.chain.all().delete()
                service.chain_source = ChainSource.BUILT
            service.certificate = kit.server_certificate
            service.client_authentication = ClientAuthentication.REQUIRED
        service.client_store = client_store or service.client_store
        service.server_store = server_store or service.server_store
        service.accounts.all().become_due(change.moment)
        change.data.update({"kit": kit.name, **differences(before, service_data(service))})
    return service


def _note_account(actor: User, kit: Kit, request: HttpRequest | None) -> Account:
    services = (kit.service.pk,) if kit.service is not None else ()
    known = kit.account or Account.objects.filter(name=kit.account_name).first()
    if known is None:
        return create_account(
            actor=actor,
            spec=AccountSpec(
                name=kit.account_name,
                certificates=(kit.client_certificate.pk,),
                services=services,
            ),
            request=request,
        )
    with revise_endpoint(
        Account.objects.all(),
        pk=known.pk,
        revision=known.revision,
        action="account.changed",
        actor=actor,
        request=request,
    ) as change:
        account = change.row
        AccountCertificate.objects.get_or_create(
            account=account, certificate=kit.client_certificate
        )
        account.services.add(*services)
        change.data["kit"] = kit.name
    return account
