from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_it_answers_whoever_asks_while_database_and_broker_answer() -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok"}


def test_a_broker_that_is_away_makes_it_503(settings: Any, tmp_path: Any) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "broker": "away"}


def test_it_takes_no_other_method() -> None:
    assert Client(enforce_csrf_checks=False).post("/healthz").status_code == 405
