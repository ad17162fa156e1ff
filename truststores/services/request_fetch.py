from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from jobs.models import Job
from jobs.services.request_job import request_job
from truststores.models import CrlSource
from truststores.services.plan_fetches import fetch_title


@transaction.atomic
def request_fetch(*, actor: User | None, source_id: int, request: HttpRequest | None = None) -> Job:
    """Ask for a CRL now; while a job for this source waits or runs, give that one."""
    source = CrlSource.objects.select_for_update().select_related("trust_store").get(pk=source_id)
    last = Job.objects.filter(pk=source.last_job_id).first() if source.last_job_id else None
    if last is not None and not last.has_ended:
        return last
    job = request_job(
        kind="fetch_crl",
        actor=actor,
        params={"source_id": source.pk},
        title=fetch_title(source),
    )
    source.last_job = job
    source.save(update_fields=["last_job"])
    record(
        actor=actor,
        action="crl_source.fetch_requested",
        subject=source.trust_store,
        data={"url": source.shown_url},
        request=request,
    )
    return job
