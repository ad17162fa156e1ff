from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.models import User

from endpoints.kit_specs import KitNotes
from endpoints.models import Kit
from endpoints.services.find_trust_changes import find_trust_changes
from truststores.errors import StoreChangeRefused
from truststores.models import StoreProposal
from truststores.services.propose_change import propose_change


def propose_trust(*, actor: User, kit: Kit, notes: KitNotes) -> list[StoreProposal]:
    """Find out what the notes of a kit would do to the trust stores that are there; nothing is changed.

    One proposal for each store that would change: `create_kit` saves them, and nothing else.
    """
    proposals = []
    for store, change in find_trust_changes(kit=kit, notes=notes):
        # Refused only where somebody made the very same change in this moment.
        with suppress(StoreChangeRefused):
            proposals.append(propose_change(actor=actor, store_id=store.pk, change=change))
    return proposals
