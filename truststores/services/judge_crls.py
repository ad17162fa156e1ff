from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from certificates.models import Certificate, Crl, CrlDer
from pki.errors import LimitExceeded, SandboxKilled
from pki.sandbox.crls import CrlQuestion
from pki.sandbox.crls import judge_crl as judge
from truststores.errors import StoreChangeRefused
from truststores.inputs import ders_of
from truststores.models import StoreCrl, TrustStore
from truststores.services.find_authorities import find_crl_signers
from truststores.services.judge_crl import CrlRefusal

# Each is judged in a child of its own while somebody waits for the page.
MOST_AT_ONCE = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedCrl:
    """A CRL of the inventory that the store may not use, and why."""

    crl: Crl
    refusals: tuple[CrlRefusal, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedCrls:
    """Ids of CRLs that may count, of those in use whose place they take, and what is refused."""

    accepted: tuple[int, ...] = ()
    superseded: tuple[int, ...] = ()
    refused: tuple[RefusedCrl, ...] = ()


def judge_crls(
    *,
    store: TrustStore,
    crl_ids: Collection[int],
    moment: datetime,
    joining: Collection[int] = (),
) -> JudgedCrls:
    """Which CRLs of the inventory may count in a store, by the rules that hold for fetched ones.

    They are judged one after the other, complete ones before the deltas that rest on them, each
    against those in use and those that were accepted before it. `joining` are certificates that
    become members by the same change, whose signatures count. Nothing is written. Raises
    `StoreChangeRefused` where there are too many at once.
    """
    in_use = set(StoreCrl.objects.filter(trust_store=store).values_list("crl_id", flat=True))
    wanted = list(Crl.objects.filter(pk__in=crl_ids).exclude(pk__in=in_use))
    if len(wanted) > MOST_AT_ONCE:
        raise StoreChangeRefused("crls.too_many", count=len(wanted), maximum=MOST_AT_ONCE)
    wanted.sort(key=lambda crl: (bool(crl.base_number), crl.this_update, crl.pk))
    counting = set(in_use)
    refused: list[RefusedCrl] = []
    for crl in wanted:
        held = sorted(counting & _of_issuer(crl, counting))
        signers = _signers(store, crl, joining)
        refusals, gone = _judged(crl, signers, held, moment)
        if refusals:
            refused.append(RefusedCrl(crl=crl, refusals=refusals))
            continue
        counting = (counting - gone) | {crl.pk}
    return JudgedCrls(
        accepted=tuple(sorted(counting - in_use)),
        superseded=tuple(sorted(in_use - counting)),
        refused=tuple(refused),
    )


def _of_issuer(crl: Crl, among: Collection[int]) -> set[int]:
    same = Crl.objects.filter(issuer_sha256=crl.issuer_sha256, pk__in=among)
    return set(same.values_list("pk", flat=True))


def _signers(store: TrustStore, crl: Crl, joining: Collection[int]) -> list[bytes]:
    named = Certificate.objects.filter(pk__in=joining, subject_sha256=crl.issuer_sha256)
    known = find_crl_signers(store=store, name_sha256=crl.issuer_sha256)
    return list(ders_of([*known, *named.values_list("pk", flat=True)[:50]]).values())


def _judged(
    crl: Crl, signers: Sequence[bytes], held: Sequence[int], moment: datetime
) -> tuple[tuple[CrlRefusal, ...], set[int]]:
    """Why it is refused (nothing: it is not), and which of those held it takes the place of."""
    ders = dict(CrlDer.objects.filter(pk__in=[crl.pk, *held]).values_list("pk", "der"))
    question = CrlQuestion(
        candidate=bytes(ders[crl.pk]),
        issuers=signers,
        held=tuple(bytes(ders[pk]) for pk in held),
        moment=moment,
    )
    try:
        answer = judge(question)
    except LimitExceeded as error:
        return (CrlRefusal(code="limit_exceeded", data=error.data),), set()
    except SandboxKilled as error:
        return (CrlRefusal(code="sandbox_killed", data=error.data),), set()
    refusals = tuple(
        CrlRefusal(code=refusal.why.value, data=dict(refusal.data)) for refusal in answer.refusals
    )
    return refusals, {held[place] for place in answer.superseded}
