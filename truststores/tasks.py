"""What a worker does for this app. Each function takes a lease and gives the result of the job."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs.lease import WAITS_FOR_PARTS, Lease, RunResult
from jobs.services.request_parts import Part, request_parts
from truststores.services.fetch_crl import fetch_crl
from truststores.services.find_work import find_work
from truststores.services.place_certificates import place_certificates
from truststores.services.plan_fetches import plan_fetches
from truststores.services.plan_validations import plan_validations
from truststores.services.record_reports import record_reports
from truststores.services.replace_crls import replace_crls
from truststores.services.run_validations import run_validations


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
    parts = [
        Part(params={"report_ids": list(chunk.report_ids)}, total=len(chunk.report_ids))
        for chunk in plan_validations(moment=timezone.now())
    ]
    if not parts:
        return {"validated": 0, **result}
    request_parts(lease=lease, kind="validate_chunk", parts=parts, result=result)
    return WAITS_FOR_PARTS


def run_validation_chunk(lease: Lease) -> dict[str, Any]:
    """Make the reports of one part and write them, all in the transaction that counts them."""
    report_ids = lease.params["report_ids"]
    made = run_validations(report_ids=report_ids, moment=timezone.now())
    with transaction.atomic():
        recorded = record_reports(made=made)
        lease.advance(done=len(report_ids))
    return asdict(recorded)


def run_fetch_planning(lease: Lease) -> RunResult:
    """Ask for a job for every source of CRLs that is due."""
    with transaction.atomic():
        asked = plan_fetches(moment=timezone.now())
        lease.advance(done=asked)
    return {"asked": asked}


def run_fetch(lease: Lease) -> RunResult:
    return fetch_crl(lease=lease)
