from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest

from certificates.models import Crl, CrlOrigin
from truststores.models import TrustStore
from truststores.services.judge_crl import CrlRefusal, judge_crl
from truststores.services.take_crl import take_crl


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadedCrl:
    """What became of an upload: the CRL and whether it is new to the store, or why it is not there."""

    refusals: tuple[CrlRefusal, ...] = ()
    crl: Crl | None = None
    changed: bool = False


def upload_crl(
    *,
    actor: User | None,
    store: TrustStore,
    content: bytes,
    moment: datetime,
    request: HttpRequest | None = None,
) -> UploadedCrl:
    """Let a CRL that somebody brought count in a store, by the rules that hold for fetched ones."""
    judgement = judge_crl(store=store, content=content, moment=moment)
    facts = judgement.accepted
    if facts is None:
        return UploadedCrl(refusals=judgement.refusals)
    crl, changed = take_crl(
        store=store,
        facts=facts,
        judgement=judgement,
        origin=CrlOrigin.IMPORTED,
        action="trust_store.crl_uploaded",
        actor=actor,
        request=request,
        moment=moment,
    )
    return UploadedCrl(crl=crl, changed=changed)
