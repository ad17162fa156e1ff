from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.services.record import record
from certificates.models import Crl
from jobs.errors import JobFailure
from jobs.lease import Lease
from pki.errors import FetchFailed, FetchRefused, LimitExceeded
from pki.fetch.get import Tls, fetch
from pki.fetch.limits import FetchLimits
from truststores.errors import StoreChanged
from truststores.models import CrlSource, StoreCrl
from truststores.services.judge_crl import CrlRefusal, Judgement, judge_crl
from truststores.services.next_fetch import next_fetch, next_retry, renewal_of
from truststores.services.take_crl import take_crl

# A worker's right to its job lasts a minute; the fetch must end, and be renewed, well within it.
_FETCH_LIMITS = FetchLimits(seconds=45.0)
_TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Came:
    content: bytes
    tls: str


def fetch_crl(*, lease: Lease) -> dict[str, Any]:
    """Ask a source for its CRL and let it count where it may.

    Whatever goes wrong leaves the CRL in use where it is; the source then holds the reason, and the
    job fails with it.
    """
    source = _source(lease)
    came = _fetched(source)
    lease.renew()
    if isinstance(came, CrlRefusal):
        return _failed(lease, source, "fetch_failed", (came,))
    for _ in range(_TRIES):
        moment = timezone.now()
        judgement = judge_crl(
            store=source.trust_store, content=came.content, moment=moment, source=source
        )
        lease.renew()
        if judgement.accepted is None:
            return _failed(lease, source, "refused", judgement.refusals)
        try:
            return _taken(lease, source, judgement, came.tls)
        except StoreChanged:
            # Somebody else was quicker; what they put there has to be compared with.
            continue
    return _failed(lease, source, "refused", (CrlRefusal(code="store_changed"),))


def _source(lease: Lease) -> CrlSource:
    found = (
        CrlSource.objects.filter(pk=lease.params["source_id"])
        .select_related("trust_store", "last_crl")
        .first()
    )
    if found is None:
        raise JobFailure("crl_source.gone")
    return found


def _fetched(source: CrlSource) -> _Came | CrlRefusal:
    try:
        answer = fetch(
            source.url, limits=_FETCH_LIMITS, allow=settings.INTERNAL_CRL_HOSTS, tls=Tls.NOTED
        )
    except (FetchRefused, FetchFailed, LimitExceeded) as error:
        why = str(error.data.get("why") or error.data.get("limit"))
        return CrlRefusal(code=f"fetch_{why.removeprefix('fetch_')}", data=error.data)
    return _Came(content=answer.body, tls=answer.tls_reason)


@transaction.atomic
def _taken(
    lease: Lease, source: CrlSource, judgement: Judgement, tls_reason: str
) -> dict[str, Any]:
    moment = timezone.now()
    assert judgement.facts is not None  # noqa: S101 - it was accepted
    crl, changed = take_crl(
        store=source.trust_store,
        facts=judgement.facts,
        judgement=judgement,
        url=source.shown_url,
        moment=moment,
    )
    stayed = 0 if changed else _times_stayed(source, crl, moment)
    noted = [["tls_unverified", {"reason": tls_reason}]] if tls_reason else []
    _write(
        source,
        last_attempt=moment,
        last_success=moment,
        outcome="taken" if changed else "unchanged",
        outcome_data=[*noted, *([["stayed", {"times": stayed}]] if stayed else [])],
        failures=0,
        last_crl=crl,
        next_at=next_fetch(crl=crl, every=source.every, moment=moment, stayed=stayed),
    )
    if changed:
        lease.advance(done=1, total=1)
    else:
        lease.renew()
    return {"crl": str(crl), "changed": changed}


def _times_stayed(source: CrlSource, crl: Crl, moment: datetime) -> int:
    """How often the same list has come since it was time for another."""
    renewal = renewal_of(crl)
    if source.last_crl_id != crl.pk or renewal is None or moment < renewal:
        return 0
    before = dict(source.outcome_data)
    return int(before.get("stayed", {}).get("times", 0)) + 1


def _failed(
    lease: Lease, source: CrlSource, outcome: str, refusals: tuple[CrlRefusal, ...]
) -> dict[str, Any]:
    moment = timezone.now()
    failures = source.failures + 1
    said = [[refusal.code, dict(refusal.data)] for refusal in refusals]
    with transaction.atomic():
        news = outcome == "refused" and [code for code, _ in said] != [
            code for code, _ in source.outcome_data
        ]
        _write(
            source,
            last_attempt=moment,
            outcome=outcome,
            outcome_data=said,
            failures=min(failures, 30_000),
            next_at=next_retry(failures=failures, every=source.every, moment=moment),
        )
        lease.renew()
        if news:
            # Once for each kind of refusal: a server that keeps on offering an old list is one event.
            codes = " ".join(refusal.code for refusal in refusals)
            record(
                actor=None,
                action="crl_source.refused",
                subject=source.trust_store,
                data={"url": source.shown_url, "codes": codes},
            )
    raise JobFailure(
        f"crl_source.{outcome}",
        url=source.shown_url,
        store=source.trust_store.name,
        why=", ".join(refusal.code.replace("_", " ") for refusal in refusals)[:300],
        kept="" if not _holds_any(source) else "What was in use stays in use.",
    )


def _holds_any(source: CrlSource) -> bool:
    held = StoreCrl.objects.filter(trust_store=source.trust_store)
    if source.issuer_sha256:
        held = held.filter(crl__issuer_sha256=source.issuer_sha256)
    return held.exists()


def _write(source: CrlSource, **values: Any) -> None:
    # By primary key alone: it may have been removed meanwhile, and then nothing is to be written.
    CrlSource.objects.filter(pk=source.pk).update(**values)
