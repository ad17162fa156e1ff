from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from certificates.kek import seal_upload
from certificates.models import ImportUpload
from certificates.specs import Upload
from jobs.models import Job
from jobs.services.request_job import request_job
from pki.names import visible

_LONGEST_NAME = 255


@transaction.atomic
def request_import(
    *,
    actor: User | None,
    files: Sequence[Upload],
    token: uuid.UUID,
    pasted: str = "",
    trusted: bool = False,
    request: HttpRequest | None = None,
) -> Job:
    """Keep what was brought in, sealed, and ask for the job that reads it.

    `token` comes with the form: the same one sent twice, even at the same moment, makes one import.
    `trusted` is for administrators on the machine itself, whose files may be larger.
    """
    uploads = list(files)
    if pasted.strip():
        uploads.append(Upload(name="", content=pasted.encode("utf-8", "surrogatepass")))
    job = request_job(
        kind="import",
        actor=actor,
        title=_title(uploads),
        params={"trusted": trusted},
        slot=f"{actor.pk if actor is not None else 0}:{token}",
    )
    if ImportUpload.objects.filter(job=job).exists():
        return job
    for number, upload in enumerate(uploads, start=1):
        ImportUpload.objects.create(
            job=job,
            number=number,
            name=visible(upload.name)[:_LONGEST_NAME],
            size=len(upload.content),
            sealed=seal_upload(upload.content, job_id=job.pk, number=number),
        )
    record(
        actor=actor,
        action="import.requested",
        subject=job,
        data={
            "uploads": len(uploads),
            "bytes": sum(len(upload.content) for upload in uploads),
            "names": [visible(upload.name)[:100] for upload in uploads[:20] if upload.name],
        },
        request=request,
    )
    return job


def _title(uploads: Sequence[Upload]) -> str:
    named = [visible(upload.name) for upload in uploads if upload.name]
    if not named:
        return "Import of pasted text"
    more = len(uploads) - 1
    return f"Import of {named[0][:120]}" + (f" and {more} more" if more else "")
