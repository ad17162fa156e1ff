from __future__ import annotations

from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    Value,
)
from django.db.models.functions import Concat

from certificates.models import Certificate, Standing
from truststores.models import ValidationReport, Verdict

# The urgency of a report that is to be made first: it is none that a made one has, so that whatever
# is found then counts as new (`record_reports`).
UNMADE = "2"


def pair_certificates(
    *,
    store_id: int,
    certificates: QuerySet[Certificate],
    moment: datetime,
    chained: bool = True,
) -> None:
    """Give the store a due report for each of these certificates that has none with it yet.

    A loose report of a certificate that chains into the store from now on becomes its report, with
    its history; `chained=False` makes loose ones.

    One INSERT ... SELECT, because a root may bring a hundred thousand certificates into a store in
    one transaction; making the rows in Python takes ten times as long.
    """
    columns = {
        "trust_store_id": Value(store_id, IntegerField()),
        "verdict": Value(Verdict.PENDING.value, CharField()),
        "codes": Value("", CharField()),
        "urgency": Value(UNMADE, CharField()),
        "chained": Value(chained, BooleanField()),
        "meant_for_usage": Value(True, BooleanField()),
        "warnings": Value(0, IntegerField()),
        "inputs_digest": Value("", CharField()),
        "due_at": Value(moment, DateTimeField()),
        "generation": Value(1, IntegerField()),
    }
    chosen = certificates.order_by().values_list("pk", *columns.values())
    try:
        select, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        return
    names = ", ".join(connection.ops.quote_name(name) for name in ("certificate_id", *columns))
    table = connection.ops.quote_name(ValidationReport._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) {select} ON CONFLICT DO NOTHING",
            params,
        )
    if not chained:
        return
    chosen_ids = certificates.order_by().values("pk")
    loose = ValidationReport.objects.filter(certificate__in=chosen_ids, chained=False)
    here = loose.filter(trust_store=store_id)
    here.update(chained=True, urgency=UNMADE, due_at=moment, generation=F("generation") + 1)
    loose.delete()
    # As an expression, which no index answers: SQLite would look through all that are unchained.
    unchained = certificates.alias(word=Concat("standing", Value("")))
    unchained.filter(word=Standing.UNCHAINED).update(standing=Standing.UNCHECKED)
