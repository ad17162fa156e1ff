from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby, islice
from operator import itemgetter

from truststores.models import ValidationReport

# A part is one transaction, which costs a wait for the disk; and it is what a worker that dies loses,
# and what is still done after somebody cancels: about a second.
CHUNK = 1000
# Where little is due, in smaller parts, so that every worker has some of it to do.
LITTLE = 4000
SMALL_CHUNK = 250


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Some due reports of one store: what one part of a run makes."""

    trust_store_id: int
    report_ids: tuple[int, ...]


def plan_validations(*, moment: datetime) -> Iterator[Chunk]:
    """What is due, in chunks that share a store, so that a worker prepares each store once."""
    due = (
        ValidationReport.objects.due(moment)
        .order_by("trust_store_id", "pk")
        .values_list("trust_store_id", "pk")
        .iterator(chunk_size=5000)
    )
    first = list(islice(due, LITTLE))
    size = CHUNK if len(first) == LITTLE else SMALL_CHUNK
    for store_id, rows in groupby(chain(first, due), key=itemgetter(0)):
        while chunk := tuple(pk for _, pk in islice(rows, size)):
            yield Chunk(trust_store_id=store_id, report_ids=chunk)
