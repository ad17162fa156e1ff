"""Reports to take away: evidence, paper, CSV; and how a report became what it is."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate
from pki.verify.report import Verdict
from pki.verify.run import report_from_json
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
from truststores.models import TrustStore, ValidationReport
from truststores.report_changes import change_between
from truststores.services.add_crls import add_crls

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., Any]

ROOT = authority("Export Root")
ISSUING = authority("Export Issuing CA", ROOT)
GOOD = leaf("good.example.edu", ISSUING, end=900)
OLD = leaf("old.example.edu", ISSUING, start=-500, end=-300)


@pytest.fixture
def store(store_of: StoreOf) -> TrustStore:
    moment = timezone.now()
    made: TrustStore = store_of("Servers", ROOT, ISSUING, moment=moment)
    bring_in(GOOD, OLD)
    work_off(moment)
    return made


def report_of(cn: str) -> ValidationReport:
    return ValidationReport.objects.get(certificate__cn=cn, trust_store__name="Servers")


# Evidence -----------------------------------------------------------------------------------------


def unpacked(content: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return subprocess.run(
        ["sh", "evidence/verify.sh"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_evidence_says_whose_it_is_and_against_which_store(
    store: TrustStore, client_for: ClientFor
) -> None:
    row = report_of("good.example.edu")
    answer = client_for(None).get(reverse("truststores:report_evidence", args=[row.pk]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        readme = archive.read("evidence/README.txt").decode()
    assert "Certificate: " in readme
    assert "CN = good.example.edu" in readme
    assert row.certificate.sha256 in readme
    assert f"Trust store: {store.name}" in readme


@pytest.mark.parametrize("moment", ["", "yesterday", "0001-01-01T00:00", "\x00"])
@pytest.mark.usefixtures("store")
def test_evidence_of_a_day_without_sense_is_not_that_of_today(
    client_for: ClientFor, moment: str
) -> None:
    row = report_of("good.example.edu")
    address = reverse("truststores:report_evidence", args=[row.pk])
    answer = client_for(None).get(address, {"moment": moment}, follow=True)
    assert answer["Content-Type"].startswith("text/html")
    assert "message-error" in answer.content.decode()


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("cn", "moment", "answer"),
    [
        ("good.example.edu", "", "SAME: OK"),
        ("old.example.edu", "", "SAME: 10 at 0"),
        ("good.example.edu", "2032-01-01T12:00", "SAME: 10 at 0"),
    ],
)
def test_the_evidence_gives_the_same_number_by_openssl_itself(
    client_for: ClientFor, tmp_path: Path, cn: str, moment: str, answer: str
) -> None:
    address = reverse("truststores:report_evidence", args=[report_of(cn).pk])
    got = client_for(None).get(address, {"moment": moment} if moment else {})
    assert got["Content-Disposition"].startswith("attachment; filename=")
    assert got["Cache-Control"] == "no-store"
    done = unpacked(got.content, tmp_path)
    assert answer in done.stdout
    assert done.returncode == 0, done.stdout


# CSV and paper ------------------------------------------------------------------------------------


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("store")
def test_the_csv_of_reports_holds_what_the_list_is_filtered_to(client_for: ClientFor) -> None:
    browser = client_for(None)
    address = reverse("truststores:reports_csv")
    everything = rows_of(browser.get(address))
    assert {row["Certificate"] for row in everything} == {
        "Export Root",
        "Export Issuing CA",
        "good.example.edu",
        "old.example.edu",
    }
    [row] = rows_of(browser.get(address, {"verdict": "not_trusted"}))
    assert (row["Certificate"], row["OpenSSL number"], row["Depth"]) == (
        "old.example.edu",
        "10",
        "0",
    )
    assert rows_of(browser.get(address, {"store": "no number"})) == []


@pytest.mark.usefixtures("store")
def test_the_csv_of_the_inventory_is_filtered_sorted_and_harmless(client_for: ClientFor) -> None:
    Certificate.objects.filter(cn="good.example.edu").update(cn="=cmd|' /C calc'!A0")
    browser = client_for(None)
    address = reverse("certificates:certificates_csv")
    rows = rows_of(browser.get(address, {"sort": "-ends", "role": "end_entity"}))
    assert [row["Name"] for row in rows] == ["'=cmd|' /C calc'!A0", "old.example.edu"]
    assert rows[0]["Works until"].endswith("Z")
    assert rows[1]["Validation"] == "Not trusted"


def test_a_store_on_paper_names_members_crls_and_every_verdict(
    store: TrustStore, client_for: ClientFor
) -> None:
    [row] = bring_in_crls(crl(ISSUING))
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk])
    page = client_for(None).get(reverse("truststores:trust_store_print", args=[store.pk]))
    text = page.content.decode()
    for name in (
        "Export Root",
        "Export Issuing CA",
        "good.example.edu",
        "old.example.edu",
        "10 at 0",
    ):
        assert name in text
    assert Certificate.objects.get(cn="Export Root").sha256 in text


# History ------------------------------------------------------------------------------------------


def test_each_change_of_a_report_is_one_sentence(store_of: StoreOf, client_for: ClientFor) -> None:
    made = store_of("Servers", ROOT, ISSUING, revocation="leaf")
    rows = bring_in_crls(crl(ISSUING, end=20))
    add_crls(actor=None, store_id=made.pk, crl_ids=[rows[0].pk], moment=NOW)
    bring_in(GOOD)
    work_off(NOW)
    work_off(NOW + 21 * DAY)
    work_off(NOW + 901 * DAY)
    report = report_of("good.example.edu")
    assert report.past.count() == 2
    page = " ".join(client_for(None).get(report.get_absolute_url()).content.decode().split())
    assert "Was trusted, now 12 CRL has expired at depth 0" in page
    assert "10 certificate has expired at depth 0" in page
    assert page.index("10 certificate has expired at depth 0") < page.index("Was trusted, now 12")
    assert "Export Issuing CA no. 1, fresh" in page
    assert "Export Issuing CA no. 1, stale" in page


@pytest.mark.usefixtures("store")
def test_a_path_that_changed_is_told_by_its_certificates() -> None:
    report = report_of("good.example.edu")
    now = report_from_json(report.body.content)
    from dataclasses import replace

    shorter = replace(now, path=now.path[:2], verdict=Verdict.NOT_TRUSTED, diagnostics=())
    change = change_between(shorter, now)
    assert change.sentence == "was not trusted, now trusted"
    assert [(one.text, one.is_new) for one in change.path] == [("2  Export Root", True)]
    assert change_between(now, now).sentence == "was trusted, now trusted"


def test_the_history_shows_moments_and_leads_to_the_report_before(
    store: TrustStore, client_for: ClientFor
) -> None:
    report = report_of("good.example.edu")
    work_off(timezone.now() + timedelta(days=2000))
    past = report.past.get()
    page = client_for(None).get(report.get_absolute_url()).content.decode()
    assert reverse("truststores:past_report", args=[report.pk, past.pk]) in page
    assert f'data-verdict="{report_of("good.example.edu").verdict}"' in page
