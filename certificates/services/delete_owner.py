from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import Owner
from certificates.services.delete_certificates import Use, uses_of


@transaction.atomic
def delete_owner(
    *, actor: User, owner: Owner, request: HttpRequest | None = None
) -> tuple[Use, ...]:
    """Forget an owner of nothing; of one who has something, what that is, and nothing happens."""
    said = {"kind": owner.get_kind_display().lower(), "number": owner.pk}
    name = str(owner)
    try:
        with transaction.atomic():
            owner.delete()
    except ProtectedError as error:
        return uses_of(error)
    record(actor=actor, action="owner.deleted", data={**said, "name": name}, request=request)
    return ()
