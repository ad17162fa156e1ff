from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

from certificates.models import Certificate
from endpoints.errors import EndpointRefused
from endpoints.kit_refusals import TrustNotPreviewed
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
from endpoints.services.find_trust_changes import find_trust_changes, new_members
from endpoints.services.revise_endpoint import differences, revise_endpoint
from endpoints.specs import AccountSpec, Address, ServiceSpec
from pki.host_names import is_address
from pki.verify.inputs import Policy, Usage
from truststores.models import StoreProposal, TrustStore
from truststores.proposals import change_from_json
from truststores.services.add_members import add_members
from truststores.services.create_trust_store import create_trust_store
from truststores.services.save_proposal import save_proposal
from truststores.services.take_turn import take_turn
from truststores.specs import StoreSpec


def note_kit(
    *, actor: User, kit: Kit, notes: KitNotes, request: HttpRequest | None = None
) -> list[str]:
    """Tell services, accounts and trust stores of a kit, in its transaction; what was told.

    Raises `TrustNotPreviewed` where a store that is there would change otherwise than the proposals
    of the notes say.
    """
    noted: list[str] = []
    # Trust stores first: they take the turn in which all changes of trust are made.
    _save_trust(actor, kit, notes, request)
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


def _save_trust(actor: User, kit: Kit, notes: KitNotes, request: HttpRequest | None) -> None:
    """Save what was previewed of the stores that are there, where it still is what would change."""
    take_turn()
    for store, change in find_trust_changes(kit=kit, notes=notes):
        of_store = StoreProposal.objects.filter(pk__in=notes.proposals, trust_store=store)
        previewed = next(
            (
                one
                for one in of_store.filter(revision=store.revision, saved_at=None)
                if one.outcome is not None and change_from_json(one.change) == change
            ),
            None,
        )
        if previewed is None:
            raise TrustNotPreviewed
        save_proposal(actor=actor, proposal_id=previewed.pk, request=request)


def _client_store(
    actor: User, kit: Kit, notes: KitNotes, request: HttpRequest | None
) -> TrustStore | None:
    if not notes.client_store:
        return None
    if kit.service is not None and kit.service.client_store is not None:
        return kit.service.client_store
    name = f"Clients of {kit.service.name if kit.service is not None else _service_name(kit)}"
    return _new_store(actor, name, Usage.CLIENT, kit.client_certificate, request)


def _server_store(
    actor: User, kit: Kit, notes: KitNotes, request: HttpRequest | None
) -> TrustStore | None:
    if not notes.server_store:
        return None
    if kit.service is not None and kit.service.server_store is not None:
        return kit.service.server_store
    name = f"Server {kit.service.name if kit.service is not None else _service_name(kit)}"
    return _new_store(actor, name, Usage.SERVER, kit.server_certificate, request)


def _new_store(
    actor: User,
    name: str,
    usage: Usage,
    certificate: Certificate,
    request: HttpRequest | None,
) -> TrustStore:
    """A store of its own that accepts the certificate; nothing rests on it yet that could turn."""
    wanted, number = name[:90], 2
    while TrustStore.objects.filter(name=wanted).exists():
        wanted, number = f"{name[:90]} ({number})", number + 1
    spec = StoreSpec(name=wanted, policy=Policy(usage=usage))
    store = create_trust_store(actor=actor, spec=spec, request=request)
    additions = new_members(store, certificate)
    if additions:
        add_members(actor=actor, store_id=store.pk, additions=additions, request=request)
    return store


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
