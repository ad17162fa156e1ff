from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.models import Crl
from certificates.services.write_crls import write_crls
from pki.crl import CrlFacts
from truststores.models import StoreCrl, TrustStore
from truststores.services.add_crls import keep_considered
from truststores.services.judge_crl import CrlRefusal, judge_crl


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadedCrl:
    """What became of an upload: the CRL and the ids of those whose place it takes, or why not.

    `in_use` where it counts in the store already and takes no place.
    """

    refusals: tuple[CrlRefusal, ...] = ()
    crl: Crl | None = None
    superseded: tuple[int, ...] = ()
    in_use: bool = False


def upload_crl(
    *,
    actor: User | None,
    store: TrustStore,
    content: bytes,
    moment: datetime,
    request: HttpRequest | None = None,
) -> UploadedCrl:
    """Judge a CRL that somebody brought for a store, by the rules that hold for fetched ones.

    One that may count comes into the inventory, and nowhere else: whether it counts is decided in
    the preview, and until then it takes nobody's place by itself.
    """
    judgement = judge_crl(store=store, content=content, moment=moment)
    facts = judgement.accepted
    if facts is None:
        return UploadedCrl(refusals=judgement.refusals)
    superseded = StoreCrl.objects.filter(pk__in=judgement.superseded).order_by("pk")
    gone = tuple(superseded.values_list("crl_id", flat=True))
    held = StoreCrl.objects.filter(trust_store=store, crl__sha256=facts.sha256)
    same = held.select_related("crl").first()
    if same is not None:
        return UploadedCrl(crl=same.crl, superseded=gone, in_use=not gone)
    return UploadedCrl(crl=_kept(actor, store, facts, request), superseded=gone)


@transaction.atomic
def _kept(
    actor: User | None, store: TrustStore, facts: CrlFacts, request: HttpRequest | None
) -> Crl:
    _, ids = write_crls([facts])
    crl = Crl.objects.get(pk=ids[facts.sha256])
    keep_considered(store=store, crl_ids=[crl.pk])
    record(
        actor=actor,
        action="trust_store.crl_uploaded",
        subject=store,
        data={"name": facts.issuer[:200], "number": facts.number[:60], "sha256": facts.sha256},
        request=request,
    )
    return crl
