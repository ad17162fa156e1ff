from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.truststores.conftest import NOW, authority, bring_in, leaf
from truststores.services.place_certificates import place_certificates

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's query plan")
def test_a_batch_is_found_by_its_ids_however_many_one_issuer_has(
    store_of: Callable[..., Any],
) -> None:
    root = authority("Root")
    store_of("Partners", root)
    bring_in(leaf("chained.example", root), leaf("loose.example", authority("Elsewhere")))
    with CaptureQueriesContext(connection) as asked:
        place_certificates(moment=NOW)

    of_batch = [query["sql"] for query in asked if "json_each" in query["sql"]]
    assert len(of_batch) > 3
    for sql in of_batch:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
        assert not [step for step in plan if "standing=" in step or "issuer_sha256=" in step], sql
