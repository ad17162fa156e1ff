from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from certificates.models import Certificate
from pki.errors import NotDecodable
from pki.verify import openssl
from truststores.inputs import ders_of
from truststores.models import Role, StoreMember, TrustStore, ValidationReport
from truststores.services.find_unplaced import find_unplaced
from truststores.services.follow_names import follow_names
from truststores.services.lead_names import lead_names
from truststores.services.pair_certificates import pair_certificates
from truststores.services.place_certificates import place_batch
from truststores.services.revise_store import Revision, revise_store
from truststores.services.settle_loose import settle_loose
from truststores.specs import NewMember


def add_members(
    *,
    actor: User | None,
    store_id: int,
    additions: Sequence[NewMember],
    revision: int | None = None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> list[StoreMember]:
    """Make certificates of the inventory members of a store.

    Without a role, a self-signed certificate becomes a trust anchor and any other an intermediate.
    One that is a member already changes its role where another one is asked for. An anchor that is
    not self-signed ends a path only where the store's policy allows partial chains.
    """
    with revise_store(
        store_id=store_id,
        action="trust_store.members_added",
        actor=actor,
        revision=revision,
        request=request,
        moment=moment,
    ) as change:
        members = _join(change, additions)
        make_due_below(
            store=change.store,
            certificates=[member.certificate for member in members],
            moment=change.moment,
        )
        change.data["count"] = len(members)
        change.data["members"] = [
            {"sha256": member.certificate.sha256, "role": member.role} for member in members
        ]
    return members


def make_due_below(
    *, store: TrustStore, certificates: Collection[Certificate], moment: datetime
) -> None:
    """Make due what rests, in this store, on these certificates: all below, and they themselves."""
    below = follow_names(names={certificate.subject_sha256 for certificate in certificates})
    in_store = ValidationReport.objects.filter(trust_store=store)
    for reports in in_store.resting_on(below):
        reports.become_due(moment)
    in_store.filter(certificate__in=[certificate.pk for certificate in certificates]).become_due(
        moment
    )


def _join(change: Revision, additions: Sequence[NewMember]) -> list[StoreMember]:
    wanted = {addition.certificate_id: addition.role for addition in additions}
    certificates = list(Certificate.objects.filter(pk__in=wanted).order_by("pk"))
    # An arrival that no placement has seen would pass as placed once it has a report here.
    unplaced = list(find_unplaced().filter(pk__in=wanted))
    below = place_batch(batch=unplaced, moment=change.moment) if unplaced else set()
    ders = ders_of([certificate.pk for certificate in certificates])
    StoreMember.objects.bulk_create(
        [
            _member(change.store, certificate, wanted[certificate.pk], ders[certificate.pk])
            for certificate in certificates
        ],
        update_conflicts=True,
        unique_fields=["trust_store", "certificate"],
        update_fields=["role"],
    )
    pair_certificates(
        store_id=change.store.pk,
        certificates=Certificate.objects.filter(pk__in=wanted),
        moment=change.moment,
    )
    names = {certificate.subject_sha256 for certificate in certificates}
    known = set(
        change.store.names.filter(name_sha256__in=names).values_list("name_sha256", flat=True)
    )
    lead_names(
        store_id=change.store.pk, names=follow_names(names=names - known), moment=change.moment
    )
    # Only now: a loose report of what leads into this store has become its report, and stays.
    settle_loose(names=below, moment=change.moment)
    return list(
        StoreMember.objects.filter(trust_store=change.store, certificate__in=wanted).select_related(
            "certificate"
        )
    )


def _member(
    store: TrustStore, certificate: Certificate, role: Role | None, der: bytes
) -> StoreMember:
    self_signed = certificate.self_issued and is_self_signed(der)
    own = Role.ANCHOR if self_signed else Role.INTERMEDIATE
    return StoreMember(
        trust_store=store,
        certificate=certificate,
        role=role or own,
        self_signed=self_signed,
    )


def is_self_signed(der: bytes) -> bool:
    """Whether the certificate was signed with its own key; one that OpenSSL cannot read was not."""
    try:
        certificate = openssl.Certificate(der)
    except NotDecodable:
        return False
    return certificate.signed(certificate)
