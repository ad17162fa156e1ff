from __future__ import annotations

from certificates.key_specs import KeyAbout
from certificates.models import Owner
from certificates.services.find_owner import find_owner
from endpoints.specs import Party


def find_party(party: Party) -> Owner | None:
    """The owner that is meant; a new one is made, or found where somebody made it before."""
    return find_owner(KeyAbout(owner_id=party.owner_id, new_owner=party.new_owner))
