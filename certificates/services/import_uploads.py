from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils import timezone

from audit.services.record import record
from certificates.kek import open_upload
from certificates.models import ImportBlock, ImportUpload, Outcome
from certificates.services.write_crls import write_crls
from certificates.services.write_rows import (
    BlockOutcome,
    known_certificates,
    write_blocks,
    write_certificates,
)
from jobs.collector import without_collector
from jobs.errors import JobFailure
from jobs.lease import Lease
from jobs.models import Job
from pki.errors import KekUnusable, LimitExceeded, SandboxKilled, SealBroken
from pki.formats.bundle import Block
from pki.limits import DEFAULT, MEBIBYTE
from pki.sandbox.blocks import Sandbox

# For files that an administrator hands over on the machine itself.
TRUSTED = replace(
    DEFAULT,
    input_bytes=1024 * MEBIBYTE,
    blocks=1_000_000,
    sandbox_cpu_seconds=1_800,
    sandbox_wall_seconds=3_600.0,
    sandbox_memory_bytes=8192 * MEBIBYTE,
)
# A transaction dirties a page of each index for nearly every row of it, so the fewer the better:
# 5,000 rows at a time cost half of what 500 do. But nobody waits longer than a second to see the
# bar move, nor for the one writer that SQLite has.
_BLOCKS_PER_TRANSACTION = 5_000
_SECONDS_PER_TRANSACTION = 1.0
# In KiB, as SQLite counts what is negative.
_IMPORT_CACHE = -65_536
# What a failed import was given is kept so that it can be run again, but not for ever.
_KEPT_AFTER_FAILURE = timedelta(days=7)


def import_uploads(*, lease: Lease) -> dict[str, Any]:
    """Read what was brought in for this job, and write down what became of every block.

    A batch is one transaction with the progress and the right to do the job, and the blocks of an
    upload have the same numbers whenever it is read: after a SIGKILL the next worker goes on behind
    the last block that has an outcome.
    """
    _empty_abandoned_uploads()
    limits = TRUSTED if lease.params.get("trusted") else DEFAULT
    left = ImportUpload.objects.filter(job_id=lease.job_id, read=False).order_by("number")
    progress = _Progress(lease=lease, done=ImportBlock.objects.filter(job_id=lease.job_id).count())
    with Sandbox(limits=limits) as sandbox, without_collector(), _many_pages():
        for pk in left.values_list("pk", flat=True):
            _import_upload(ImportUpload.objects.get(pk=pk), progress, sandbox)
    return _summary(lease)


@contextlib.contextmanager
def _many_pages() -> Iterator[None]:
    """Room for the pages of a dozen indexes that each batch touches, given back afterwards."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        (before,) = cursor.fetchone()
        cursor.execute(f"PRAGMA cache_size = {_IMPORT_CACHE}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {int(before)}")
            cursor.execute("PRAGMA shrink_memory")


@dataclass(kw_only=True)
class _Progress:
    """How many blocks have an outcome, of how many as far as one can tell."""

    lease: Lease
    done: int
    expected: int = 0

    def advance(self, by: int) -> None:
        self.done += by
        self.expected = max(self.expected, self.done)
        self.lease.advance(done=self.done, total=self.expected)


def _import_upload(upload: ImportUpload, progress: _Progress, sandbox: Sandbox) -> None:
    blocks = ImportBlock.objects.filter(job_id=upload.job_id, upload_number=upload.number)
    behind = blocks.aggregate(last=Max("number"))["last"] or 0
    content = _opened(upload)
    # How many blocks there are is known when all are read; the lines that begin one are counted at
    # once, and that is nearly always the same.
    progress.expected = max(
        progress.expected, progress.done - behind + content.count(b"-----BEGIN ")
    )
    try:
        streamed = sandbox.stream_blocks(content, name=upload.name, known=known_certificates)
        for batch in _batches(streamed, behind):
            with transaction.atomic():
                progress.advance(len(batch))
                outcomes = _written(batch, progress.lease)
                write_blocks(outcomes, job_id=upload.job_id, upload_number=upload.number)
    except LimitExceeded as error:
        raise JobFailure("import.limit_exceeded", upload=str(upload), **error.data) from error
    except SandboxKilled as error:
        raise JobFailure("import.sandbox_killed", upload=str(upload), **error.data) from error
    with transaction.atomic():
        progress.lease.renew()
        ImportUpload.objects.filter(pk=upload.pk).update(read=True, sealed=b"")
        if not ImportUpload.objects.filter(job_id=upload.job_id, read=False).exists():
            _record_end(progress.lease)


def _opened(upload: ImportUpload) -> bytes:
    if not upload.sealed:
        raise JobFailure("import.upload_gone", upload=str(upload))
    try:
        return open_upload(bytes(upload.sealed), job_id=upload.job_id, number=upload.number)
    except (SealBroken, KekUnusable) as error:
        raise JobFailure("import.upload_sealed", upload=str(upload), why=error.code) from error


def _batches(streamed: Iterator[list[Block]], behind: int) -> Iterator[list[Block]]:
    """The blocks behind that number, in batches for one transaction each."""
    waiting: list[Block] = []
    since = time.monotonic()
    for blocks in streamed:
        waiting += [block for block in blocks if block.number > behind]
        late = time.monotonic() - since > _SECONDS_PER_TRANSACTION
        if len(waiting) >= _BLOCKS_PER_TRANSACTION or (late and waiting):
            yield waiting
            waiting = []
            since = time.monotonic()
    if waiting:
        yield waiting


def _written(batch: Sequence[Block], lease: Lease) -> list[BlockOutcome]:
    certificates = {
        block.certificate.sha256: block.certificate
        for block in batch
        if block.certificate is not None
    }
    new = write_certificates(certificates.values(), job_id=lease.job_id)
    here = certificates.keys() | {block.known for block in batch if block.known}
    ids = known_certificates(here - new.keys()) | new
    crls = [block.crl for block in batch if block.crl is not None]
    new_crls, crl_ids = write_crls(crls, job_id=lease.job_id)
    first_of = new.keys() | new_crls
    outcomes = []
    for block in batch:
        outcome, row_id = Outcome.REJECTED, None
        if facts := block.certificate or block.crl:
            digest = facts.sha256
            row_id = ids[digest] if block.certificate is not None else crl_ids[digest]
            outcome = Outcome.IMPORTED if digest in first_of else Outcome.DUPLICATE
            first_of.discard(digest)
        elif block.known:
            # Somebody may have deleted it in this very moment; then the row leads nowhere.
            outcome, row_id = Outcome.DUPLICATE, ids.get(block.known)
        outcomes.append(BlockOutcome(block=block, outcome=outcome, row_id=row_id))
    return outcomes


def _record_end(lease: Lease) -> None:
    """The event of an import, in the transaction that ends its last upload: so there is only one."""
    actor = User.objects.filter(pk=lease.actor_id).first() if lease.actor_id else None
    record(
        actor=actor,
        action="certificates.imported",
        subject=Job.objects.get(pk=lease.job_id),
        data=_summary(lease),
    )


def _summary(lease: Lease) -> dict[str, Any]:
    counted = (
        ImportBlock.objects.filter(job_id=lease.job_id)
        .order_by()
        .values("outcome", "kind")
        .annotate(count=Count("pk"))
    )
    by_outcome: Counter[str] = Counter()
    new: Counter[str] = Counter()
    for row in counted:
        by_outcome[row["outcome"]] += row["count"]
        if row["outcome"] == Outcome.IMPORTED:
            new[row["kind"]] += row["count"]
    return {
        **{str(outcome): by_outcome[outcome] for outcome in Outcome},
        "new_certificates": new["certificate"],
        "new_crls": new["crl"],
    }


def _empty_abandoned_uploads() -> None:
    ImportUpload.objects.filter(
        read=False, job__ended_at__lt=timezone.now() - _KEPT_AFTER_FAILURE
    ).exclude(sealed=b"").update(sealed=b"")
