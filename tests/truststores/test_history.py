"""Whatever happened, in whatever order: the incremental state equals a validation of everything.

This is what makes the horizon and the marking of what is due trustworthy. Random histories of
arrivals, deletions, members, CRLs, policies and time are driven through the services; after each
step the reports are compared with ones that are made from nothing, by rules written down here a
second time and as simply as they can be.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from certificates.models import Certificate, CertificateDer, Crl
from pki.verify.inputs import Policy, Question, Revocation, TrustInput, Usage
from pki.verify.run import validate
from tests.truststores.conftest import (
    DAY,
    NOW,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
    work_off,
)
from truststores.inputs import policy_of
from truststores.models import Role, StoreCrl, StoreMember, StoreName, TrustStore, ValidationReport
from truststores.services.add_crls import add_crls
from truststores.services.add_members import add_members
from truststores.services.change_trust_store import change_trust_store
from truststores.services.create_trust_store import create_trust_store
from truststores.services.delete_trust_store import delete_trust_store
from truststores.services.find_work import find_work
from truststores.services.record_reports import codes_text, meant_for_usage
from truststores.services.remove_crl import remove_crl
from truststores.services.remove_member import remove_member
from truststores.services.settle_standings import sum_up
from truststores.specs import NewMember, StoreSpec

ROOT = authority("R")
OTHER = authority("S")
CROSS = authority("R", OTHER)  # the key and name of R, issued by S
OLD = authority("I", ROOT, end=8)
NEW = authority("I", ROOT, key="new I")
DEEP = authority("J", NEW)
UNIVERSE = (
    ROOT,
    OTHER,
    CROSS,
    OLD,
    NEW,
    DEEP,
    leaf("a", OLD, end=30),
    leaf("b", NEW, usages=("client",), start=2),
    leaf("c", DEEP, end=12),
    leaf("d", ROOT, usages=()),
    leaf("alone"),
    leaf("e", authority("never here", OTHER)),
)
CRLS = (
    crl(ROOT, number=1, end=9),
    crl(ROOT, number=2, start=-2, end=20, revoked=(NEW.certificate.serial_number,)),
    crl(OLD, number=1),
    crl(NEW, number=4, start=3, end=40),
)

certificates = st.sampled_from(range(len(UNIVERSE)))
crls = st.sampled_from(range(len(CRLS)))
stores = st.sampled_from((0, 1))
policies = st.builds(
    Policy,
    usage=st.sampled_from(Usage),
    revocation=st.sampled_from(Revocation),
    partial_chain=st.booleans(),
)
steps = st.one_of(
    st.tuples(st.just("arrive"), st.lists(certificates, min_size=1, max_size=5)),
    st.tuples(st.just("delete"), certificates),
    st.tuples(st.just("join"), stores, certificates, st.sampled_from((None, *Role))),
    st.tuples(st.just("leave"), stores, certificates),
    st.tuples(st.just("crl arrives"), crls),
    st.tuples(st.just("crl joins"), stores, crls),
    st.tuples(st.just("crl leaves"), stores, crls),
    st.tuples(st.just("policy"), stores, policies),
    st.tuples(st.just("new store"), stores, policies),
    st.tuples(st.just("drop store"), stores),
    st.tuples(st.just("time"), st.integers(min_value=1, max_value=12)),
)


class World:
    """The console under test, driven by steps; a step that makes no sense does nothing."""

    def __init__(self) -> None:
        self.moment = NOW

    def step(self, what: str, *args: Any) -> None:
        getattr(self, f"_{what.replace(' ', '_')}")(*args)

    def _row(self, index: int) -> Certificate | None:
        digest = _digest_of(UNIVERSE[index].der)
        return Certificate.objects.filter(sha256=digest).first()

    def _store(self, number: int) -> TrustStore | None:
        return TrustStore.objects.filter(name=f"store {number}").first()

    def _arrive(self, indexes: list[int]) -> None:
        bring_in(*(UNIVERSE[index] for index in indexes))

    def _delete(self, index: int) -> None:
        row = self._row(index)
        if row is not None and not row.memberships.exists():
            row.delete()

    def _join(self, number: int, index: int, role: Role | None) -> None:
        store = self._store(number)
        if store is not None:
            [row] = bring_in(UNIVERSE[index])
            addition = NewMember(certificate_id=row.pk, role=role)
            add_members(actor=None, store_id=store.pk, additions=[addition], moment=self.moment)

    def _leave(self, number: int, index: int) -> None:
        store, row = self._store(number), self._row(index)
        member = StoreMember.objects.filter(trust_store=store, certificate=row).first()
        if store is not None and member is not None:
            remove_member(actor=None, store_id=store.pk, member_id=member.pk, moment=self.moment)

    def _crl_arrives(self, index: int) -> None:
        bring_in_crls(CRLS[index])

    def _crl_joins(self, number: int, index: int) -> None:
        store = self._store(number)
        if store is not None:
            [row] = bring_in_crls(CRLS[index])
            add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk], moment=self.moment)

    def _crl_leaves(self, number: int, index: int) -> None:
        store = self._store(number)
        digest = _digest_of(CRLS[index])
        held = StoreCrl.objects.filter(trust_store=store, crl__sha256=digest).first()
        if store is not None and held is not None:
            remove_crl(actor=None, store_id=store.pk, store_crl_id=held.pk, moment=self.moment)

    def _policy(self, number: int, policy: Policy) -> None:
        store = self._store(number)
        if store is not None:
            change_trust_store(
                actor=None,
                store_id=store.pk,
                revision=store.revision,
                spec=StoreSpec(name=store.name, policy=policy),
                moment=self.moment,
            )

    def _new_store(self, number: int, policy: Policy) -> None:
        if self._store(number) is None:
            spec = StoreSpec(name=f"store {number}", policy=policy)
            create_trust_store(actor=None, spec=spec, moment=self.moment)

    def _drop_store(self, number: int) -> None:
        store = self._store(number)
        if store is not None:
            delete_trust_store(
                actor=None, store_id=store.pk, revision=store.revision, moment=self.moment
            )

    def _time(self, days: int) -> None:
        self.moment += days * DAY


def _digest_of(der: bytes) -> str:
    from hashlib import sha256

    return sha256(der).hexdigest()


Stored = dict[tuple[str, int], tuple[Any, ...]]


def stored() -> Stored:
    """What the console says now."""
    return {
        (report.trust_store.name, report.certificate_id): (
            report.verdict,
            report.codes,
            report.chained,
            report.meant_for_usage,
            report.effective_expiry,
            report.horizon,
        )
        for report in ValidationReport.objects.select_related("trust_store")
    }


def made_from_nothing(moment: datetime) -> tuple[Stored, dict[int, Any]]:
    """What a console would say that forgets everything and validates all of it at this moment."""
    rows = list(Certificate.objects.order_by("pk"))
    ders = {row.pk: bytes(row.der) for row in CertificateDer.objects.all()}
    cas = [row for row in rows if row.is_ca]
    names: dict[int, set[str]] = {}
    members: dict[int, set[int]] = {}
    for store in TrustStore.objects.all():
        members[store.pk] = set(store.members.values_list("certificate_id", flat=True))
        names[store.pk] = {row.subject_sha256 for row in rows if row.pk in members[store.pk]}
        while (
            more := {ca.subject_sha256 for ca in cas if ca.issuer_sha256 in names[store.pk]}
            - names[store.pk]
        ):
            names[store.pk] |= more
    reports: Stored = {}
    standings: dict[int, Any] = {}
    for row in rows:
        chained = {
            store_id
            for store_id in names
            if row.issuer_sha256 in names[store_id] or row.pk in members[store_id]
        }
        above = _above(row, cas)
        closed = row.self_issued or any(ca.self_issued for ca in above)
        led_to = any(row.issuer_sha256 in found for found in names.values())
        asked = chained if chained or closed or led_to else set(names)
        answers = []
        for store in TrustStore.objects.filter(pk__in=asked):
            report = _validated(store, row, above, ders, moment)
            meant = meant_for_usage(report)
            reports[store.name, row.pk] = (
                report.verdict.value,
                codes_text(report.diagnostics),
                store.pk in chained,
                meant,
                report.effective_expiry,
                report.horizon,
            )
            if store.pk in chained:
                answers.append((report.verdict.value, meant, report.effective_expiry))
        standings[row.pk] = sum_up(answers)
    return reports, standings


def _above(row: Certificate, cas: list[Certificate]) -> list[Certificate]:
    found: list[Certificate] = []
    front = {row.issuer_sha256}
    while new := [ca for ca in cas if ca.subject_sha256 in front and ca not in found]:
        found += new
        front = {ca.issuer_sha256 for ca in new}
    return [ca for ca in found if ca.pk != row.pk or ca.self_issued]


def _validated(
    store: TrustStore,
    row: Certificate,
    above: list[Certificate],
    ders: dict[int, bytes],
    moment: datetime,
) -> Any:
    roles = {
        role: tuple(
            ders[pk]
            for pk in store.members.filter(role=role).values_list("certificate_id", flat=True)
        )
        for role in Role
    }
    policy = asdict(policy_of(store))
    if row.is_ca:
        asked = policy["revocation"] is Revocation.CHAIN and not row.self_issued
        policy |= {
            "usage": Usage.ANY,
            "revocation": Revocation.CHAIN if asked else Revocation.NONE,
        }
    trust = TrustInput(
        anchors=roles[Role.ANCHOR],
        intermediates=roles[Role.INTERMEDIATE],
        crls=tuple(bytes(held.crl.encoded.der) for held in store.store_crls.all()),
        policy=Policy(**policy),
    )
    untrusted = tuple(ders[ca.pk] for ca in above if ca.pk != row.pk)
    return validate(Question(leaf=ders[row.pk], moment=moment, untrusted=untrusted), trust)


@pytest.mark.django_db
@settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[phase for phase in Phase if phase is not Phase.explain],
)
@example(history=[("join", 0, 0, None), ("arrive", [3, 6, 7]), ("arrive", [4])])
@example(history=[("join", 0, 0, None), ("arrive", [8]), ("arrive", [5]), ("arrive", [4])])
@example(history=[("join", 0, 1, None), ("arrive", [9, 2]), ("delete", 2), ("arrive", [2])])
@example(
    history=[
        ("policy", 0, Policy(revocation=Revocation.CHAIN)),
        ("join", 0, 0, None),
        ("arrive", [4, 5, 8]),
        ("crl joins", 0, 0),
        ("crl joins", 0, 3),
        ("crl arrives", 1),
        ("time", 4),
        ("crl leaves", 0, 1),
    ]
)
@given(history=st.lists(steps, min_size=3, max_size=14))
def test_the_incremental_state_equals_a_validation_of_everything(
    db: None, history: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        world = World()
        for number in (0, 1):
            world.step("new store", number, Policy(usage=Usage.SERVER))
        for step in history:
            world.step(*step)
            work_off(world.moment)
            expected, standings = made_from_nothing(world.moment)
            assert stored() == expected, step
            found = {row.pk: (row.standing, row.works_until) for row in Certificate.objects.all()}
            assert found == standings, step
            assert not find_work(moment=world.moment), step
        assert not StoreName.objects.filter(trust_store=None).exists()
        assert Crl.objects.count() <= len(CRLS)
        transaction.set_rollback(True)
