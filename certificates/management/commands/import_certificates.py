from __future__ import annotations

import sys
import time
import uuid
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.finding_texts import finding_text
from certificates.models import ImportBlock, ImportUpload, Outcome
from certificates.services.import_uploads import TRUSTED
from certificates.services.request_import import request_import
from certificates.specs import Upload
from jobs.error_texts import sentence_of
from jobs.models import Job, JobState
from jobs.services.work_job import work_job
from pki.findings import Finding
from ui.uploads import size_text

_REJECTED_SHOWN = 50
_LOOK_EVERY = 0.5


class Command(BaseCommand):
    help = (
        "Import certificates and CRLs from files on this machine ('-' reads standard input), with "
        f"larger limits than a browser has: {size_text(TRUSTED.input_bytes)} and "
        f"{TRUSTED.blocks:,} objects a file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument(
            "--as", dest="username", default="", help="the person whose name stands in the log"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        job = request_import(
            actor=_person(options["username"]),
            files=[_read(name) for name in options["files"]],
            token=uuid.uuid4(),
            trusted=True,
        )
        # Done here unless a worker was faster; then this waits for the worker.
        work_job(job_id=job.pk)
        job.refresh_from_db()
        while not job.has_ended:
            time.sleep(_LOOK_EVERY)
            job.refresh_from_db()
        self._tell(job)

    def _tell(self, job: Job) -> None:
        names = dict(ImportUpload.objects.filter(job=job).values_list("number", "name"))
        rejected = ImportBlock.objects.filter(job=job, outcome=Outcome.REJECTED).order_by("pk")
        for block in rejected[:_REJECTED_SHOWN]:
            why = finding_text(Finding.from_json(block.reason)) if block.reason else ""
            self.stderr.write(f"rejected: {names[block.upload_number]}, line {block.line}: {why}")
        more = rejected.count() - _REJECTED_SHOWN
        if more > 0:
            self.stderr.write(f"rejected: {more} more; the page of the import lists all of them")
        if job.state != JobState.DONE:
            raise CommandError(sentence_of(job.error_code, job.error_data) or job.state)
        result = job.result
        self.stdout.write(
            f"{result['new_certificates']} certificates and {result['new_crls']} CRLs imported, "
            f"{result['duplicate']} here before, {result['rejected']} rejected"
        )


def _person(username: str) -> User | None:
    if not username:
        return None
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise CommandError(f"There is nobody called {username!r}.") from error


def _read(name: str) -> Upload:
    if name == "-":
        return Upload(name="standard input", content=sys.stdin.buffer.read())
    path = Path(name)
    try:
        if path.stat().st_size > TRUSTED.input_bytes:
            raise CommandError(f"{path} is larger than {size_text(TRUSTED.input_bytes)}. Split it.")
        return Upload(name=path.name, content=path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
