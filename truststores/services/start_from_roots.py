from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from certificates.services.write_rows import known_certificates, write_certificates
from truststores.errors import StoreChangeRefused
from truststores.models import Role
from truststores.services.add_members import add_members
from truststores.services.find_roots import RootBundle, find_roots
from truststores.specs import NewMember


@transaction.atomic
def start_from_roots(
    *,
    actor: User | None,
    store_id: int,
    bundle: RootBundle,
    chosen: Collection[str],
    revision: int | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> int:
    """Make the chosen roots of a bundle (by SHA-256) trust anchors of a store.

    Only what somebody chose: a store that trusts every public root trusts whoever can get a
    certificate from any of them.
    """
    roots = [facts for facts in find_roots(bundle) if facts.sha256 in set(chosen)]
    if not roots:
        raise StoreChangeRefused("roots.none_chosen")
    write_certificates(roots, job_id=None)
    known = known_certificates({facts.sha256 for facts in roots})
    add_members(
        actor=actor,
        store_id=store_id,
        additions=[NewMember(certificate_id=pk, role=Role.ANCHOR) for pk in sorted(known.values())],
        revision=revision,
        request=request,
        moment=moment,
    )
    return len(roots)
