"""Rows in the console's database, written as an import writes them. Needs `open_console` first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from bench.chains import MOMENT, Hierarchy, batched
from certificates.models import Certificate
from certificates.services.write_crls import write_crls
from certificates.services.write_rows import write_certificates
from pki.certificate import parse_certificate
from pki.crl import parse_crl
from pki.verify.inputs import Policy, Revocation, Usage
from truststores.models import TrustStore
from truststores.services.add_crls import add_crls
from truststores.services.add_members import add_members
from truststores.services.create_trust_store import create_trust_store
from truststores.services.place_certificates import place_certificates
from truststores.services.plan_validations import plan_validations
from truststores.services.record_reports import record_reports
from truststores.services.run_validations import run_validations
from truststores.specs import NewMember, StoreSpec

_BATCH = 5000


def bring_in(ders: Iterable[bytes]) -> list[int]:
    with transaction.atomic():
        new = write_certificates([parse_certificate(der) for der in ders], job_id=None)
    return list(new.values())


def bring_in_leaves(hierarchy: Hierarchy, count: int, *, first: int = 0) -> None:
    for batch in batched(hierarchy.leaves(count, first=first), _BATCH):
        bring_in(leaf.der for leaf in batch)


def make_store(
    name: str,
    hierarchy: Hierarchy,
    *,
    crls: Sequence[bytes] = (),
    revocation: Revocation = Revocation.NONE,
) -> TrustStore:
    """A store with the root as anchor and the issuer as intermediate, asked for servers."""
    members = (hierarchy.root, hierarchy.issuer)
    bring_in(member.der for member in members)
    rows = Certificate.objects.filter(sha256__in=[member.sha256 for member in members])
    spec = StoreSpec(name=name, policy=Policy(usage=Usage.SERVER, revocation=revocation))
    store = create_trust_store(actor=None, spec=spec)
    add_members(
        actor=None,
        store_id=store.pk,
        additions=[NewMember(certificate_id=row.pk) for row in rows],
        moment=MOMENT,
    )
    if crls:
        with transaction.atomic():
            _, ids = write_crls(parse_crl(der) for der in crls)
        add_crls(actor=None, store_id=store.pk, crl_ids=list(ids.values()), moment=MOMENT)
    return TrustStore.objects.get(pk=store.pk)


def validate_all() -> int:
    """Place what arrived and make every due report, as a run of the worker does; how many."""
    place_certificates(moment=MOMENT)
    count = 0
    for chunk in list(plan_validations(moment=MOMENT)):
        made = run_validations(report_ids=chunk.report_ids, moment=MOMENT)
        count += record_reports(made=made).validated
    return count
