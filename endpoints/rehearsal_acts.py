"""What helps after a refusal, as links and buttons: the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from certificates.services.build_chain import build_chain
from endpoints.models import Account, ChainSource, Service
from endpoints.views.right import RIGHT
from pki.handshake.outcome import Direction, Judgement, Reason, Side
from truststores.models import StoreMember, TrustStore
from truststores.services.advise import Act

_NO_ISSUER: Final = frozenset({2, 20, 21})
_NO_ROOT: Final = frozenset({18, 19})
_NO_CRL: Final = frozenset({3, 8, 11, 12, 44})
_NO_NAME: Final = frozenset({62, 64})
_SHORT: Final = 40
_MOST: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A refusal with the rows that may help: whose certificate, by which store, sent by whom.

    `leaf` is the certificate of the refused side and `concerned` the one that the error is about,
    where the inventory has them; `pasted` the chain as text where somebody pasted it.
    """

    side: Side
    direction: Direction
    service: Service
    account: Account | None
    leaf: Certificate | None
    concerned: Certificate | None
    pasted: str

    @property
    def store(self) -> TrustStore | None:
        """The store by which the other side decides."""
        service = self.service
        return service.server_store if self.side is Side.SERVER else service.client_store


def acts_for(refused: Refused) -> tuple[Act, ...]:
    """The acts, each once."""
    if refused.direction.judgement is not Judgement.REFUSED:
        return ()
    found = {act.label: act for act in _acts(refused)}
    return tuple(found.values())[:_MOST]


def login_acts(account: Account) -> tuple[Act, ...]:
    """Where the certificate has another name than the account."""
    return (_edit_account(account, "Choose another certificate, or rename the account"),)


def _acts(refused: Refused) -> Iterator[Act]:
    first = refused.direction.first
    number = first.number if first is not None else -1
    if refused.direction.reason is Reason.NO_CERTIFICATE:
        if refused.account is not None:
            yield _edit_account(refused.account, "Give the account a certificate")
        yield _edit_service(refused.service, "Change what the service asks for")
    elif number in _NO_ISSUER or number in _NO_ROOT:
        yield from _chain(refused, number)
    elif number in _NO_CRL:
        yield from _crls(refused)
    elif number in _NO_NAME:
        yield _edit_service(refused.service, "Change the certificate or the addresses")
    elif first is not None and first.depth == 0:
        yield from _other_certificate(refused)
    if refused.store is not None:
        yield Act(
            label=f"See the trust store “{_short(refused.store)}”",
            url=refused.store.get_absolute_url(),
            icon="shield-check",
        )


def _chain(refused: Refused, number: int) -> Iterator[Act]:
    service = refused.service
    sends_less = service.chain_source != ChainSource.BUILT
    if refused.side is Side.SERVER and number in _NO_ISSUER and sends_less:
        yield Act(
            label="Send its issuers from the inventory",
            url=reverse("endpoints:service_send_issuers", args=[service.pk]),
            icon="link",
            fields=(("revision", str(service.revision)),),
            permission=RIGHT,
        )
    root = _root(refused, number)
    store = refused.store
    if root is not None and store is not None:
        yield Act(
            label=f"Trust “{_short(root)}” in “{_short(store)}”",
            url=reverse("truststores:trust_store_trust", args=[store.pk]),
            icon="shield-plus",
            fields=(("certificate", str(root.pk)),),
            permission="truststores.change_truststore",
        )
    if store is None and refused.side is Side.CLIENT:
        yield _edit_service(service, "Name the store by which clients are accepted")
    if root is None or refused.pasted:
        yield _import(refused)


def _root(refused: Refused, number: int) -> Certificate | None:
    """The root that the store lacks, where the inventory has it."""
    if refused.store is None:
        return None
    if number in _NO_ROOT:
        root = refused.concerned
    elif refused.leaf is not None:
        chain = build_chain(refused.leaf, moment=timezone.now())
        root = chain.certificates[-1] if chain.complete else None
    else:
        root = None
    if root is None:
        return None
    held = StoreMember.objects.filter(trust_store=refused.store, certificate=root).exists()
    return None if held else root


def _import(refused: Refused) -> Act:
    pasted = (("pasted", refused.pasted), ("token", str(uuid4()))) if refused.pasted else ()
    return Act(
        label="Import the pasted certificates" if pasted else "Import the missing issuer",
        url=reverse("certificates:import"),
        icon="upload",
        fields=pasted,
        permission="certificates.import_certificates",
    )


def _crls(refused: Refused) -> Iterator[Act]:
    if refused.store is not None:
        yield Act(
            label=f"CRLs of “{_short(refused.store)}”",
            url=reverse("truststores:store_crls", args=[refused.store.pk]),
            icon="list-x",
        )


def _other_certificate(refused: Refused) -> Iterator[Act]:
    leaf = refused.leaf
    if leaf is not None and not leaf.is_ca:
        yield Act(
            label=f"Renew “{_short(leaf)}”",
            url=f"{reverse('certificates:request_new')}?renews={leaf.pk}",
            icon="rotate-cw",
            permission="certificates.create_request",
        )
    if refused.side is Side.SERVER:
        yield _edit_service(refused.service, "Choose another certificate")
    elif refused.account is not None:
        yield _edit_account(refused.account, "Choose another certificate")


def _edit_service(service: Service, label: str) -> Act:
    url = reverse("endpoints:service_edit", args=[service.pk])
    return Act(label=label, url=url, icon="pencil", permission=RIGHT)


def _edit_account(account: Account, label: str) -> Act:
    url = reverse("endpoints:account_edit", args=[account.pk])
    return Act(label=label, url=url, icon="pencil", permission=RIGHT)


def _short(row: object) -> str:
    name = str(row)
    return name if len(name) <= _SHORT else f"{name[: _SHORT - 1]}…"
