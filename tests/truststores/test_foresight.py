"""Validation as of another day: one report, one certificate, the whole inventory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job
from jobs.services.work_job import work_job
from tests.truststores.conftest import (
    DAY,
    NOW,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
    work_off,
)
from truststores.models import PastReport, ReportBody, ValidationReport
from truststores.services.add_crls import add_crls
from truststores.services.foresee import foresee
from truststores.services.validate_as_of import validate_as_of

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., Any]

ROOT = authority("Foresight Root")
SHORT = authority("Foresight Issuing CA", ROOT, end=100)
OTHER = authority("Foresight CRL CA", ROOT)
EARLY = leaf("early.example.net", ROOT, end=30)
LATE = leaf("late.example.net", ROOT, end=2000)
UNDER = [leaf(f"under-{number}.example.net", SHORT, end=250) for number in range(3)]
FUTURE = leaf("future.example.net", ROOT, start=10, end=900)
WATCHED = leaf("watched.example.net", OTHER, end=900)


@pytest.fixture
def site(store_of: StoreOf) -> None:
    store_of("Servers", ROOT, SHORT)
    strict = store_of("Strict", ROOT, OTHER, revocation="leaf")
    [row] = bring_in_crls(crl(OTHER, end=15))
    add_crls(actor=None, store_id=strict.pk, crl_ids=[row.pk], moment=NOW)
    bring_in(EARLY, LATE, FUTURE, WATCHED, *UNDER)
    work_off(NOW)


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (ValidationReport, ReportBody, PastReport)
    ]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("days", [0, 5, 29, 31, 99, 101, 300])
def test_as_of_a_day_is_what_a_run_finds_on_that_day(days: int) -> None:
    moment = NOW + days * DAY + timedelta(minutes=1)
    foreseen = {
        row.pk: validate_as_of(row=row, moment=moment).report
        for row in ValidationReport.objects.select_related("certificate", "trust_store")
    }
    work_off(moment)
    for row in ValidationReport.objects.all():
        report = foreseen[row.pk]
        assert (report.verdict.value, report.effective_expiry) == (
            row.verdict,
            row.effective_expiry,
        )


@pytest.mark.usefixtures("site")
def test_the_look_ahead_names_the_causes_and_asks_only_what_can_have_changed() -> None:
    result = foresee(moment=NOW + 120 * DAY)
    said = [(group["kind"], group["name"], group["count"]) for group in result["groups"]]
    assert said == [
        ("issuer", "Foresight Issuing CA", 3),
        ("own", "", 3),
        ("crl", "Foresight CRL CA", 1),
    ]
    assert result["mended"] == 1
    assert ValidationReport.objects.filter(
        pk__in=result["mended_reports"]
    ).get().certificate.cn == ("future.example.net")
    total = ValidationReport.objects.filter(chained=True, meant_for_usage=True).count()
    assert result["asked"] + result["kept"] == total
    assert result["kept"] >= 2  # The root and what lasts beyond that day.


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("days", [1, 16, 31, 101, 400])
def test_the_look_ahead_equals_a_full_run_on_that_day(days: int) -> None:
    moment = NOW + days * DAY
    before = dict(ValidationReport.objects.values_list("pk", "verdict"))
    result = foresee(moment=moment)
    ValidationReport.objects.all().become_due(NOW)
    work_off(moment)
    after = dict(ValidationReport.objects.values_list("pk", "verdict"))
    red = {pk for pk in after if before[pk] == "trusted" and after[pk] != "trusted"}
    green = {pk for pk in after if before[pk] != "trusted" and after[pk] == "trusted"}
    assert {pk for group in result["groups"] for pk in group["reports"]} == red
    assert (result["broken"], result["mended"]) == (len(red), len(green))


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("days", [-1, -5, -30, -4000])
def test_a_look_back_equals_validating_each_as_of_that_day(days: int) -> None:
    moment = NOW + days * DAY
    rows = ValidationReport.objects.filter(chained=True, meant_for_usage=True)
    now = {row.pk: row.verdict for row in rows}
    then = {
        row.pk: validate_as_of(row=row, moment=moment).report.verdict.value
        for row in rows.select_related("certificate", "trust_store")
    }
    with time_machine.travel(NOW + DAY, tick=False):
        result = foresee(moment=moment)
    red = {pk for pk in now if now[pk] == "trusted" and then[pk] != "trusted"}
    green = {pk for pk in now if now[pk] != "trusted" and then[pk] == "trusted"}
    assert {pk for group in result["groups"] for pk in group["reports"]} == red
    assert set(result["mended_reports"]) == green
    assert sum(group["kind"] == "not_yet" for group in result["groups"]) <= 1
    assert days > -4000 or red


@pytest.mark.usefixtures("site")
def test_a_look_back_to_before_everything_never_says_that_all_was_well(
    client_for: ClientFor,
) -> None:
    browser = client_for("operator")
    browser.post(reverse("truststores:foresight_new"), {"moment": "1999-01-01T12:00"})
    job = Job.objects.get(kind="foresee")
    assert job.title == "What was broken on 1999-01-01 12:00 UTC"
    assert work_job(job_id=job.pk)
    page = browser.get(reverse("truststores:foresight", args=[job.pk])).content.decode()
    assert "reports are trusted now and were not then" in page
    assert "The certificates are not valid yet" in page


def test_whoever_waits_for_a_look_ahead_can_end_it(client_for: ClientFor) -> None:
    browser = client_for("operator")
    browser.post(reverse("truststores:foresight_new"), {"moment": "2031-01-01T12:00"})
    job = Job.objects.get(kind="foresee")
    address = reverse("truststores:foresight", args=[job.pk])
    cancel = reverse("jobs:cancel", args=[job.pk])
    assert f'action="{cancel}"' in browser.get(address).content.decode()
    assert f'action="{cancel}"' not in client_for("auditor").get(address).content.decode()


@pytest.mark.usefixtures("site")
def test_a_look_ahead_is_a_job_whose_page_shows_the_result(client_for: ClientFor) -> None:
    before = everything()
    browser = client_for("operator")
    answer = browser.post(
        reverse("truststores:foresight_new"), {"moment": "2026-10-01T12:00"}, follow=True
    )
    assert "Refresh" in answer.content.decode()
    job = Job.objects.get(kind="foresee")
    assert work_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error_data
    assert job.done == job.total == job.result["asked"]
    page = client_for("auditor").get(reverse("truststores:foresight", args=[job.pk]))
    assert "The issuer “Foresight Issuing CA” has ended" in page.content.decode()
    assert "under-1.example.net" in page.content.decode()
    assert everything() == before


@pytest.mark.usefixtures("site")
def test_a_report_of_another_day_says_so_and_stores_nothing(client_for: ClientFor) -> None:
    row = ValidationReport.objects.get(
        certificate__cn="late.example.net", trust_store__name="Servers"
    )
    before = everything()
    browser = client_for(None)
    address = reverse("truststores:report_as_of", args=[row.pk])
    page = browser.get(address, {"moment": "2032-05-01T12:00"}).content.decode()
    assert "Not today: as of <time" in page
    assert ">2032-05-01 12:00 UTC</time>" in page
    assert "error 10 at 0 depth lookup: certificate has expired" in page
    assert "Validate now" not in page
    whole = browser.get(
        reverse("truststores:certificate_as_of", args=[row.certificate_id]),
        {"moment": "2032-05-01T12:00"},
    ).content.decode()
    assert "error 10 at 0 depth lookup: certificate has expired" in whole
    assert everything() == before


@pytest.mark.parametrize(
    "moment", ["", "tomorrow", "0001-01-01T00:00", "9999-12-31T23:59", "1969-01-01T00:00", "\x00"]
)
@pytest.mark.usefixtures("site")
def test_a_day_without_sense_leads_back_with_a_sentence(client_for: ClientFor, moment: str) -> None:
    row = ValidationReport.objects.first()
    assert row is not None
    browser = client_for(None)
    for name, pk in (("report_as_of", row.pk), ("certificate_as_of", row.certificate_id)):
        answer = browser.get(
            reverse(f"truststores:{name}", args=[pk]), {"moment": moment}, follow=True
        )
        assert answer.status_code == 200
        assert "message-error" in answer.content.decode()


@pytest.mark.usefixtures("site")
def test_somebody_who_may_run_no_job_starts_no_look_ahead(client_for: ClientFor) -> None:
    answer = client_for("auditor").post(
        reverse("truststores:foresight_new"), {"moment": "2031-01-01T12:00"}
    )
    assert answer.status_code == 403
    assert not Job.objects.filter(kind="foresee").exists()


def test_the_field_begins_with_a_day_that_the_browser_understands(client_for: ClientFor) -> None:
    page = client_for("operator").get(reverse("truststores:calendar")).content.decode()
    ahead = timezone.now() + timedelta(days=90)
    assert f'value="{ahead:%Y-%m-%dT%H}' in page
