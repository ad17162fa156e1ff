from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet

from certificates.models import PrivateKey, PublicKey
from endpoints.errors import EndpointRefused
from endpoints.specs import KeyRef

PartT = TypeVar("PartT", bound=Model)


def find_parts(rows: QuerySet[PartT], ids: Sequence[int]) -> list[PartT]:
    """The rows of these ids, in their order, each once; refuses where one is gone meanwhile."""
    wanted = list(dict.fromkeys(ids))
    found = rows.in_bulk(wanted)
    if len(found) != len(wanted):
        raise EndpointRefused("endpoint.part_gone", what=str(rows.model._meta.verbose_name))
    return [found[pk] for pk in wanted]


def find_part(rows: QuerySet[PartT], pk: int | None) -> PartT | None:
    """The row of this id, None for none."""
    return None if pk is None else find_parts(rows, [pk])[0]


def find_keys(refs: Sequence[KeyRef]) -> list[PrivateKey | PublicKey]:
    """The keys that are meant: those held here first."""
    private = [ref.key_id for ref in refs if ref.kind == "private"]
    public = [ref.key_id for ref in refs if ref.kind == "public"]
    return [
        *find_parts(PrivateKey.objects.all(), private),
        *find_parts(PublicKey.objects.all(), public),
    ]
