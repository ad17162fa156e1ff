from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from certificates.models import Certificate, Crl, CrlDer
from pki.crl_acceptance.accept import scope_key
from pki.distribution import issuing_point
from pki.errors import NotDecodable
from pki.verify import openssl
from truststores.inputs import ders_of
from truststores.models import ConsideredCrl, StoreCrl, TrustStore, Verdict
from truststores.services.add_crls import keep_considered, make_due_under, put_into_store
from truststores.services.find_newer_crls import find_newer_crls
from truststores.services.revise_store import revise_store


def replace_crls(*, moment: datetime) -> int:
    """Let newer CRLs of the inventory take the place of older ones in the stores.

    A CRL takes the place of another of the same issuer and scope when both its thisUpdate and its
    number are later and a CA that the store trusts has signed it: an old or forged CRL that was
    imported never enters a store by itself (RFC 5280, sections 5.2.3 and 6.3.3). Gives how many
    were replaced.
    """
    replaced = 0
    for store_id in sorted(
        set(find_newer_crls(moment=moment).values_list("trust_store_id", flat=True))
    ):
        replaced += _refresh_store(store_id, moment)
    return replaced


def _refresh_store(store_id: int, moment: datetime) -> int:
    store = TrustStore.objects.get(pk=store_id)
    replacements: dict[int, Crl] = {}
    undecided: set[int] = set()
    fitting: set[int] = set()
    for held in find_newer_crls(moment=moment).filter(trust_store=store).select_related("crl"):
        for later in _later(store, held.crl, moment):
            undecided.add(later.pk)
            if _may_replace(store, held.crl, later):
                fitting.add(later.pk)
                replacements.setdefault(held.pk, later)
    keep_considered(store=store, crl_ids=undecided - fitting)
    if not replacements:
        return 0
    with revise_store(
        store_id=store_id, action="trust_store.crls_replaced", actor=None, moment=moment
    ) as change:
        # Somebody may have removed one since it was looked at.
        old = StoreCrl.objects.filter(pk__in=replacements, trust_store=change.store)
        gone = {held.pk: held.crl for held in old.select_related("crl").order_by("pk")}
        change.data["count"] = len(gone)
        change.data["crls"] = [[crl.sha256, replacements[pk].sha256] for pk, crl in gone.items()]
        old.delete()
        make_due_under(store=change.store, crls=list(gone.values()), moment=moment)
        put_into_store(store=change.store, crls=[replacements[pk] for pk in gone], moment=moment)
    return len(gone)


def _later(store: TrustStore, held: Crl, moment: datetime) -> QuerySet[Crl]:
    """The later CRLs of the same issuer about which the store has not decided, newest first."""
    decided = ConsideredCrl.objects.filter(trust_store=store).values("crl")
    return (
        Crl.objects.filter(
            issuer_sha256=held.issuer_sha256,
            this_update__gt=held.this_update,
            this_update__lte=moment,
        )
        .exclude(pk__in=decided)
        .order_by("-this_update", "-pk")
    )


def _may_replace(store: TrustStore, held: Crl, later: Crl) -> bool:
    return (
        _has_same_scope(held, later)
        and bool(later.base_number) == bool(held.base_number)
        and _has_later_number(held, later)
        and _is_signed_by_trusted(store, later)
    )


def _has_same_scope(held: Crl, later: Crl) -> bool:
    """Whether both speak of the same certificates for the same reasons.

    The columns say which kinds of limits a scope has; of partitions their names have to be compared
    as well, or the list of one would take the place of another's.
    """
    if later.scope != held.scope:
        return False
    if not {"named", "reasons"} & set(held.scope):
        return True
    ders = dict(CrlDer.objects.filter(pk__in=(held.pk, later.pk)).values_list("pk", "der"))
    try:
        scopes = [scope_key(issuing_point(bytes(ders[crl.pk]))) for crl in (held, later)]
    except NotDecodable:
        return False
    return scopes[0] == scopes[1]


def _has_later_number(held: Crl, later: Crl) -> bool:
    """A number never goes back; a CRL without one cannot follow one that has it."""
    if not held.number:
        return True
    return later.number.isdecimal() and int(later.number) > int(held.number)


def _is_signed_by_trusted(store: TrustStore, crl: Crl) -> bool:
    """Whether a CA that is in the store, or that it trusts, has signed this CRL."""
    named = Certificate.objects.filter(subject_sha256=crl.issuer_sha256)
    trusted = named.filter(memberships__trust_store=store) | named.filter(
        is_ca=True,
        validation_reports__trust_store=store,
        validation_reports__verdict=Verdict.TRUSTED,
    )
    ders = ders_of(sorted(set(trusted.values_list("pk", flat=True))))
    encoded = CrlDer.objects.get(pk=crl.pk)
    try:
        decoded = openssl.Crl(bytes(encoded.der))
    except NotDecodable:
        return False
    return any(_signed(decoded, der) for der in ders.values())


def _signed(crl: openssl.Crl, der: bytes) -> bool:
    try:
        return crl.signed_by(openssl.Certificate(der))
    except NotDecodable:
        return False
