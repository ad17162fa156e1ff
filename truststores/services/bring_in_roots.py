from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from certificates.services.write_rows import known_certificates, write_certificates
from truststores.errors import StoreChangeRefused
from truststores.models import Role
from truststores.services.find_roots import RootBundle, find_roots
from truststores.specs import NewMember


@transaction.atomic
def bring_in_roots(*, bundle: RootBundle, chosen: Collection[str]) -> tuple[NewMember, ...]:
    """Bring the chosen roots of a bundle (by SHA-256) into the inventory, for a store to trust.

    Only what somebody chose: a store that trusts every public root trusts whoever can get a
    certificate from any of them.
    """
    roots = [facts for facts in find_roots(bundle) if facts.sha256 in set(chosen)]
    if not roots:
        raise StoreChangeRefused("roots.none_chosen")
    write_certificates(roots, job_id=None)
    known = known_certificates({facts.sha256 for facts in roots})
    return tuple(NewMember(certificate_id=pk, role=Role.ANCHOR) for pk in sorted(known.values()))
