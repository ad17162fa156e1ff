"""Rows of certificates written in bulk, with plain SQL that SQLite and PostgreSQL both speak.

An import lives from this: `bulk_create` spends nine times as long for the same rows (it builds a
model and a clause for each). The columns are written out here; a test holds them against the models.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
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
_LARGEST_BIGINT = 2**63 - 1
_QUOTED_PUNCTUATION = re.compile(r'\\([ "#+,;<=>\\])')


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockOutcome:
    """What became of a block; `row_id` is the certificate or CRL that it is now, or was before."""

    block: Block
    outcome: Outcome
    row_id: int | None


def known_certificates(digests: Iterable[str]) -> dict[str, int]:
    """The ids of those SHA-256 digests that the inventory has.

    The digests travel as one value: Django spends more on each value of a list than the index does.
    """
    wanted = list(digests)
    if not wanted:
        return {}
    table = connection.ops.quote_name(Certificate._meta.db_table)
    value: Any = wanted
    is_one_of = "= ANY(%s)"
    if connection.vendor == "sqlite":
        value, is_one_of = json.dumps(wanted), "IN (SELECT value FROM json_each(%s))"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sha256, id FROM {table} WHERE sha256 {is_one_of}", [value])  # noqa: S608  (constants)
        return dict(cursor.fetchall())


def write_certificates(
    certificates: Iterable[CertificateFacts], *, job_id: uuid.UUID | None
) -> dict[str, int]:
    """Write those that the inventory does not have yet; the ids of the new ones by their SHA-256.

    To be called in a transaction. When somebody else writes the same certificate at the same time,
    one of the two has written it and for the other it was there before.
    """
    by_digest = {facts.sha256: facts for facts in certificates}
    if not by_digest:
        return {}
    # In one order for everybody: two transactions then never wait for each other's digests.
    digests = sorted(by_digest)
    reserved = dict(zip(digests, _reserve_ids(len(digests)), strict=True))
    stored = _Stored.now(job_id)
    _insert(
        Certificate,
        CERTIFICATE_COLUMNS,
        [_certificate_row(by_digest[one], reserved[one], stored) for one in digests],
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
    stored = _Stored.now(job_id)
    _insert(
        ImportBlock,
        BLOCK_COLUMNS,
        [_block_row(outcome, stored.job_id, upload_number) for outcome in outcomes],
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stored:
    """What is the same in all rows of a batch, in the form in which the database stores it."""

    job_id: Any
    created_at: Any
    moment: Callable[[datetime], Any]

    @classmethod
    def now(cls, job_id: uuid.UUID | None) -> _Stored:
        native_uuid = connection.features.has_native_uuid_field
        moment = _as_it_is if connection.vendor == "postgresql" else _as_text
        return cls(
            job_id=job_id if job_id is None or native_uuid else job_id.hex,
            created_at=moment(timezone.now()),
            moment=moment,
        )


def _as_it_is(moment: datetime) -> datetime:
    return moment


def _as_text(moment: datetime) -> str:
    """As Django's SQLite backend writes it, for moments that are in UTC, as all facts are."""
    return moment.replace(tzinfo=None).isoformat(" ")


def _certificate_row(facts: CertificateFacts, key: int, stored: _Stored) -> tuple[Any, ...]:
    moment = stored.moment
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
        stored.job_id,
        "active",
        None,
        "unchecked",
        None,
        stored.created_at,
    )


def _block_row(outcome: BlockOutcome, job_id: Any, upload_number: int) -> tuple[Any, ...]:
    block = outcome.block
    return (
        job_id,
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
