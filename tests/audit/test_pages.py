from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from audit.services.record import record

pytestmark = pytest.mark.django_db


def test_an_auditor_reads_what_happened(client_for: Callable[..., Any]) -> None:
    with transaction.atomic():
        record(actor=None, action="job.run_now", data={})
    answer = client_for("auditor").get(reverse("audit:events"))
    assert answer.status_code == 200
    assert "ahead of its schedule" in answer.content.decode()


def test_filters_find_an_actor_and_an_act(
    client_for: Callable[..., Any], person: Callable[..., Any]
) -> None:
    record(actor=person("operator", "anna"), action="job.cancelled")
    record(actor=person("operator", "bert"), action="job.rerun")
    client = client_for("auditor")
    found = client.get(reverse("audit:events"), {"search": "ann"}).content.decode()
    assert "cancelled the job" in found
    assert "again" not in found.partition('id="list"')[2]
    found = client.get(reverse("audit:events"), {"action": "job.rerun"}).content.decode()
    assert "bert" in found
    assert "anna" not in found


def test_a_hostile_name_is_shown_as_text(
    client_for: Callable[..., Any], person: Callable[..., Any]
) -> None:
    record(actor=person("operator", "<script>x</script>"), action="job.rerun")
    found = client_for("auditor").get(reverse("audit:events")).content.decode()
    assert "<script>x" not in found
