from __future__ import annotations

from certificates.key_specs import KeyAbout
from certificates.models import Owner


def find_owner(about: KeyAbout) -> Owner | None:
    """The owner that is meant; a new one is made, or found where somebody made it before."""
    if about.new_owner is not None:
        wanted = about.new_owner
        return Owner.objects.get_or_create(
            kind=wanted.kind, name=wanted.name, defaults={"email": wanted.email}
        )[0]
    return Owner.objects.filter(pk=about.owner_id).first() if about.owner_id else None
