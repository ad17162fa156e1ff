from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from certificates.services.write_rows import write_certificates
from pki.certificate import parse_certificate
from tests.truststores.conftest import NOW, authority, leaf
from truststores.services.place_certificates import place_certificates
from truststores.services.plan_validations import plan_validations

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("count", "fewest", "largest"), [(1_000, 4, 250), (4_500, 5, 1_000)])
def test_what_is_due_is_divided_among_the_workers_and_each_once(
    store_of: Callable[..., Any], count: int, fewest: int, largest: int
) -> None:
    root, other = authority("Root"), authority("Other")
    stores = [store_of("Partners", root), store_of("Others", other)]
    facts = parse_certificate(leaf("www.example.com", root).der)
    write_certificates(
        [
            dataclasses.replace(facts, sha256=hashlib.sha256(b"%d" % number).hexdigest())
            for number in range(count)
        ],
        job_id=None,
    )
    place_certificates(moment=NOW)

    chunks = list(plan_validations(moment=NOW))

    planned = [pk for chunk in chunks for pk in chunk.report_ids]
    assert len(planned) == len(set(planned)) == count + 2  # The roots themselves.
    assert {chunk.trust_store_id for chunk in chunks} == {store.pk for store in stores}
    assert len(chunks) > fewest
    assert max(len(chunk.report_ids) for chunk in chunks) == largest
