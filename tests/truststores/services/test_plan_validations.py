from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from certificates.services.write_rows import write_certificates
from jobs.models import Job
from jobs.services.request_job import request_job
from jobs.services.work_job import work_job
from pki.certificate import parse_certificate
from tests.truststores.conftest import NOW, Authority, authority, leaf
from truststores.models import ValidationReport
from truststores.services.place_certificates import place_certificates
from truststores.services.plan_validations import plan_validations

pytestmark = pytest.mark.django_db


def bring_in_many(count: int, issuer: Authority) -> None:
    facts = parse_certificate(leaf("www.example.com", issuer).der)
    write_certificates(
        [
            dataclasses.replace(facts, sha256=hashlib.sha256(b"%d" % number).hexdigest())
            for number in range(count)
        ],
        job_id=None,
    )


@pytest.mark.parametrize(("count", "fewest", "largest"), [(1_000, 4, 250), (4_500, 5, 1_000)])
def test_what_is_due_is_divided_among_the_workers_and_each_once(
    store_of: Callable[..., Any], count: int, fewest: int, largest: int
) -> None:
    root, other = authority("Root"), authority("Other")
    stores = [store_of("Partners", root), store_of("Others", other)]
    bring_in_many(count, root)
    place_certificates(moment=NOW)

    chunks = list(plan_validations(moment=NOW))

    planned = [pk for chunk in chunks for pk in chunk.report_ids]
    assert len(planned) == len(set(planned)) == count + 2  # The roots themselves.
    assert {chunk.trust_store_id for chunk in chunks} == {store.pk for store in stores}
    assert len(chunks) > fewest
    assert max(len(chunk.report_ids) for chunk in chunks) == largest


@pytest.mark.django_db(transaction=True)
def test_a_run_hands_out_all_of_thousands_in_parts(store_of: Callable[..., Any]) -> None:
    root = authority("Root")
    store_of("Partners", root)
    bring_in_many(6_100, root)

    job = request_job(kind="validate")
    assert work_job(job_id=job.pk)

    parts = list(Job.objects.filter(parent_id=job.pk))
    handed_out = [pk for part in parts for pk in part.params["report_ids"]]
    assert len(handed_out) == len(set(handed_out)) == 6_101  # With the root itself.
    assert set(handed_out) == set(ValidationReport.objects.values_list("pk", flat=True))
    assert sorted(part.total for part in parts if part.total) == [101, *6 * [1_000]]
