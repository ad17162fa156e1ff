"""What a worker does for this app. Each function takes a lease and gives the result of the job."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs.collector import without_collector
from jobs.lease import WAITS_FOR_PARTS, Lease, RunResult
from jobs.services.request_parts import Part, request_parts
from truststores.models import StoreProposal
from truststores.proposals import change_from_json
from truststores.services.fetch_crl import fetch_crl
from truststores.services.find_work import find_work
from truststores.services.foresee import foresee, foreseeable
from truststores.services.place_certificates import place_certificates
from truststores.services.plan_fetches import plan_fetches
from truststores.services.plan_validations import plan_validations
from truststores.services.preview_change import count_touched, preview_change
from truststores.services.record_reports import record_reports
from truststores.services.renew_reports import renew_reports
from truststores.services.replace_crls import replace_crls
from truststores.services.run_validations import run_validations
from truststores.services.send_notices import send_notices

# A preview of more than these shows its progress without an end.
COUNTED_AT_MOST = 1_000_000


def run_validation(lease: Lease) -> RunResult:
    """Place what arrived, refresh the CRLs of the stores, and divide what is due into parts."""
    if not find_work(moment=timezone.now()):
        return {"validated": 0}
    placed = place_certificates(
        moment=timezone.now(), after_batch=lambda count: lease.advance(done=count)
    )
    replaced = replace_crls(moment=timezone.now())
    lease.renew()
    result = {"placed": placed, "crls_replaced": replaced}
    parts = (
        Part(params={"report_ids": list(chunk.report_ids)}, total=len(chunk.report_ids))
        for chunk in plan_validations(moment=timezone.now())
    )
    first = next(parts, None)
    if first is None:
        return {"validated": 0, **result}
    request_parts(lease=lease, kind="validate_chunk", parts=chain([first], parts), result=result)
    return WAITS_FOR_PARTS


@without_collector()
def run_validation_chunk(lease: Lease) -> dict[str, Any]:
    """Make the reports of one part and write them, all in the transaction that counts them."""
    report_ids = lease.params["report_ids"]
    made = run_validations(report_ids=report_ids, moment=timezone.now())
    with transaction.atomic():
        recorded = record_reports(made=made)
        lease.advance(done=len(report_ids))
    return asdict(recorded)


def run_renewal(lease: Lease) -> RunResult:
    """Make everything due that was validated by other rules; what follows makes it anew."""
    return {"renewed": renew_reports(lease=lease)}


def run_foresight(lease: Lease) -> RunResult:
    """Find out what will be broken at a moment that works now; the result is kept with the job."""
    moment = datetime.fromisoformat(lease.params["moment"])
    total = foreseeable(moment=moment).count()
    lease.advance(done=0, total=total)
    return foresee(moment=moment, after_chunk=lambda done: lease.advance(done=done))


def run_preview(lease: Lease) -> RunResult:
    """Work out what a proposed change of a trust store would do, and keep it with the proposal."""
    proposal = StoreProposal.objects.select_related("trust_store").filter(
        pk=lease.params["proposal"]
    )
    row = proposal.first()
    if row is None:
        return {}
    change = change_from_json(row.change)
    total = count_touched(store=row.trust_store, change=change, most=COUNTED_AT_MOST)
    lease.advance(done=0, total=total)
    outcome = preview_change(
        store=row.trust_store,
        change=change,
        moment=timezone.now(),
        after_chunk=lambda done: lease.advance(done=done),
    )
    with transaction.atomic():
        proposal.update(outcome=outcome)
        lease.advance(done=outcome["asked"], total=outcome["asked"])
    return {
        "judged": outcome["asked"],
        "red": outcome["red"]["count"],
        "green": outcome["green"]["count"],
    }


def run_fetch_planning(lease: Lease) -> RunResult:
    """Ask for a job for every source of CRLs that is due."""
    with transaction.atomic():
        asked = plan_fetches(moment=timezone.now())
        lease.advance(done=asked)
    return {"asked": asked}


def run_fetch(lease: Lease) -> RunResult:
    return fetch_crl(lease=lease)


def run_notices(lease: Lease) -> RunResult:
    return send_notices(lease=lease)
