"""Rows of certificates written in bulk, with plain SQL that SQLite and PostgreSQL both speak.

An import lives from this: `bulk_create` spends nine times as long for the same rows (it builds a
model and a clause for each). The columns are written out here; a test holds them against the models.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.utils import timezone

from certificates.models import (
    AlternativeName,
    Certificate,
    CertificateDer,
    CertificateText,
    ImportBlock,
    Outcome,
)
from pki.certificate import CertificateFacts
from pki.formats.bundle import Block

CERTIFICATE_COLUMNS = (
    "id",
    "sha256",
    "sha1",
    "version",
    "serial",
    "subject",
    "issuer",
    "subject_sha256",
    "issuer_sha256",
    "cn",
    "organization",
    "ski",
    "aki",
    "not_before",
    "not_after",
    "is_ca",
    "path_length",
    "self_issued",
    "key_algorithm",
    "key_size",
    "signature_algorithm",
    "spki_sha256",
    "key_usage",
    "extended_key_usage",
    "ocsp_urls",
    "ca_issuer_urls",
    "crl_urls",
    "findings",
    "import_job_id",
    "lifecycle",
    "replaced_by_id",
    "standing",
    "works_until",
    "created_at",
)
BLOCK_COLUMNS = (
    "job_id",
    "upload_number",
    "number",
    "line",
    "container",
    "kind",
    "label",
    "outcome",
    "certificate_id",
    "crl_id",
    "reason",
)
# SQLite takes 32,766 variables in one statement, and PostgreSQL twice as many.
_DIGESTS_PER_QUERY = 5_000
_LARGEST_BIGINT = 2**63 - 1
_QUOTED_PUNCTUATION = re.compile(r'\\([ "#+,;<=>\\])')


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockOutcome:
    """What became of a block; `row_id` is the certificate or CRL that it is now, or was before."""

    block: Block
    outcome: Outcome
    row_id: int | None


def known_certificates(digests: Iterable[str]) -> dict[str, int]:
    """The ids of those SHA-256 digests that the inventory has."""
    wanted = list(digests)
    known: dict[str, int] = {}
    for at in range(0, len(wanted), _DIGESTS_PER_QUERY):
        rows = Certificate.objects.filter(sha256__in=wanted[at : at + _DIGESTS_PER_QUERY])
        known.update(rows.order_by().values_list("sha256", "id"))
    return known


def write_certificates(
    certificates: Iterable[CertificateFacts], *, job_id: uuid.UUID | None
) -> dict[str, int]:
    """Write those that the inventory does not have yet; the ids of the new ones by their SHA-256.

    To be called in a transaction. When somebody else writes the same certificate at the same time,
    one of the two has written it and for the other it was there before.
    """
    by_digest = {facts.sha256: facts for facts in certificates}
    for digest in known_certificates(by_digest):
        del by_digest[digest]
    if not by_digest:
        return {}
    # In one order for everybody: two transactions then never wait for each other's digests.
    digests = sorted(by_digest)
    reserved = dict(zip(digests, _reserve_ids(len(digests)), strict=True))
    now = timezone.now()
    _insert(
        Certificate,
        CERTIFICATE_COLUMNS,
        [_certificate_row(by_digest[one], reserved[one], job_id, now) for one in digests],
        unless="(sha256)",
    )
    holders = known_certificates(digests)
    new = {one: reserved[one] for one in digests if holders[one] == reserved[one]}
    written = [(new[one], by_digest[one]) for one in digests if one in new]
    _insert(CertificateDer, ("certificate_id", "der"), [(key, facts.der) for key, facts in written])
    _insert(
        AlternativeName,
        ("certificate_id", "kind", "value"),
        [(key, name.kind, name.value) for key, facts in written for name in facts.alt_names],
    )
    _insert(
        CertificateText,
        ("rowid", "text"),
        [(key, searchable_text(facts)) for key, facts in written],
    )
    return new


def write_blocks(
    outcomes: Sequence[BlockOutcome], *, job_id: uuid.UUID, upload_number: int
) -> None:
    """Write down what became of these blocks; a block has one outcome (a unique constraint)."""
    _insert(
        ImportBlock,
        BLOCK_COLUMNS,
        [_block_row(outcome, job_id, upload_number) for outcome in outcomes],
    )


def searchable_text(facts: CertificateFacts) -> str:
    """What a search looks into: the names as people would type them, without RFC 4514's quoting."""
    names = (facts.subject, facts.issuer, *(name.value for name in facts.alt_names))
    return "\n".join(
        _QUOTED_PUNCTUATION.sub(r"\1", name) if "\\" in name else name
        for name in dict.fromkeys(names)
    )


def _reserve_ids(count: int) -> Sequence[int]:
    """Ids that nobody else gets, so that the rows of four tables can be made before the first."""
    table = Certificate._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [key for (key,) in cursor.fetchall()]
        # One writer at a time: the transaction holds the lock of the whole database. The sequence
        # remembers ids of deleted rows, so that none is given out twice; an insert moves it on.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = row[0] if row else 0
        return range(last + 1, last + 1 + count)


def _insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    unless: str = "",
) -> None:
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    places = ", ".join(["%s"] * len(columns))
    conflict = f" ON CONFLICT {unless} DO NOTHING" if unless else ""
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({places}){conflict}",  # noqa: S608  (constants)
            rows,
        )


def _certificate_row(
    facts: CertificateFacts, key: int, job_id: uuid.UUID | None, now: datetime
) -> tuple[Any, ...]:
    moment = connection.ops.adapt_datetimefield_value
    path_length = facts.path_length
    return (
        key,
        facts.sha256,
        facts.sha1,
        facts.version,
        facts.serial[:200],
        facts.subject,
        facts.issuer,
        facts.subject_sha256,
        facts.issuer_sha256,
        facts.cn[:255],
        facts.organization[:255],
        facts.ski[:128],
        facts.aki[:128],
        moment(facts.not_before),
        moment(facts.not_after),
        facts.is_ca,
        None if path_length is None else min(path_length, _LARGEST_BIGINT),
        facts.self_issued,
        facts.key_algorithm[:40],
        facts.key_size,
        facts.signature_algorithm[:80],
        facts.spki_sha256,
        " ".join(facts.key_usage)[:200],
        " ".join(facts.extended_key_usage),
        _urls(facts.ocsp_urls),
        _urls(facts.ca_issuer_urls),
        _urls(facts.crl_urls),
        json.dumps([found.to_json() for found in facts.findings]) if facts.findings else "[]",
        _identifier(job_id),
        "active",
        None,
        "unchecked",
        None,
        moment(now),
    )


def _block_row(outcome: BlockOutcome, job_id: uuid.UUID, upload_number: int) -> tuple[Any, ...]:
    block = outcome.block
    return (
        _identifier(job_id),
        upload_number,
        block.number,
        block.line,
        block.container[:120],
        block.kind.value,
        block.label[:80],
        outcome.outcome.value,
        None if block.crl is not None else outcome.row_id,
        outcome.row_id if block.crl is not None else None,
        None if block.rejected is None else json.dumps(block.rejected.to_json()),
    )


@lru_cache(maxsize=1024)
def _urls(addresses: tuple[str, ...]) -> str:
    """Addresses as JSON; the certificates of one issuer mostly name the same ones."""
    return json.dumps(addresses)


def _identifier(key: uuid.UUID | None) -> Any:
    """A UUID as the database's column takes it: SQLite has no such type."""
    if key is None or connection.features.has_native_uuid_field:
        return key
    return key.hex
