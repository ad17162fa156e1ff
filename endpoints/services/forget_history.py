from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from endpoints.models import Probe, ProbeState, Rehearsal, ServiceAddress

CHUNK = 500


def forget_history(
    *, before: datetime, after_chunk: Callable[[int], None] = lambda done: None
) -> dict[str, int]:
    """Forget rehearsals and probes that are older than `before`; gives how many of each.

    The newest rehearsal of each service with each client stays, and the newest probe of each address
    that a service has: they say how it was when somebody last looked. `after_chunk` is called in the
    transaction of each chunk with the number of rows forgotten so far.
    """
    counts = {"rehearsals": 0, "probes": 0}
    for name, rows in (
        *(("rehearsals", rows) for rows in _overtaken_rehearsals(before)),
        ("probes", _overtaken_probes(before)),
    ):
        while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            with transaction.atomic():
                rows.model.objects.filter(pk__in=pks).delete()
                counts[name] += len(pks)
                after_chunk(sum(counts.values()))
    return counts


def _overtaken_rehearsals(before: datetime) -> Iterable[QuerySet[Any]]:
    old = Rehearsal.objects.filter(made_at__lt=before)
    newer = Rehearsal.objects.filter(_newer("made_at"), service=OuterRef("service"))
    yield old.filter(Exists(newer.filter(account=OuterRef("account"))), account__isnull=False)
    yield old.filter(Exists(newer.filter(account=None)), account=None)


def _overtaken_probes(before: datetime) -> QuerySet[Any]:
    at_the_same = {name: OuterRef(name) for name in ("service", "host", "port")}
    ended = Probe.objects.exclude(state=ProbeState.RUNNING)
    newer = ended.filter(_newer("asked_at"), **at_the_same)
    here = ServiceAddress.objects.filter(
        service=OuterRef("service"), host=OuterRef("host"), service__port=OuterRef("port")
    )
    over = Q(Exists(newer)) | ~Q(Exists(here)) | Q(state=ProbeState.RUNNING)
    return Probe.objects.filter(over, asked_at__lt=before)


def _newer(moment: str) -> Q:
    same = Q(**{moment: OuterRef(moment)}, pk__gt=OuterRef("pk"))
    return Q(**{f"{moment}__gt": OuterRef(moment)}) | same
