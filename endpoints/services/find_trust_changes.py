from __future__ import annotations

from collections import defaultdict

from django.utils import timezone

from certificates.models import Certificate
from certificates.services.build_chain import build_chain
from endpoints.kit_specs import KitNotes
from endpoints.models import Kit
from truststores.models import TrustStore
from truststores.proposals import StoreChange
from truststores.specs import NewMember


def find_trust_changes(*, kit: Kit, notes: KitNotes) -> list[tuple[TrustStore, StoreChange]]:
    """What the notes of a kit change in trust stores that are there already.

    One change for each store, the same for the same kit and stores; none for one that accepts both
    sides already. A store that will only be made has nothing that could turn.
    """
    joining: defaultdict[TrustStore, list[NewMember]] = defaultdict(list)
    if kit.service is not None:
        for wanted, store, certificate in (
            (notes.client_store, kit.service.client_store, kit.client_certificate),
            (notes.server_store, kit.service.server_store, kit.server_certificate),
        ):
            if wanted and store is not None:
                joining[store] += new_members(store, certificate)
    return [
        (store, StoreChange(additions=tuple(dict.fromkeys(members))))
        for store, members in joining.items()
        if members
    ]


def new_members(store: TrustStore, certificate: Certificate) -> list[NewMember]:
    """What has to join for the store to accept a certificate: itself, or the authorities above it."""
    chain = build_chain(certificate, moment=timezone.now()).certificates
    accepted = chain if len(chain) == 1 else chain[1:]
    held = set(store.members.values_list("certificate_id", flat=True))
    return [NewMember(certificate_id=one.pk) for one in accepted if one.pk not in held]
