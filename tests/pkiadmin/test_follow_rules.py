"""After a release with other rules, or with another OpenSSL, everything is found out anew, once."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from endpoints.models import Account, EndpointStanding, Service
from endpoints.services.judge_endpoints import judge_endpoints
from jobs.models import Job, JobState
from jobs.services.work_job import work_job
from pki.endpoints import rules as rules_of_endpoints
from pki.verify import openssl
from pki.verify import rules as rules_of_verify
from pkiadmin.follow_rules import follow_rules
from tests.endpoints.conftest import AccountOf, ServiceOf, account_of, service_of
from tests.truststores.conftest import NOW, authority, bring_in, leaf, store_of, work_off
from truststores.models import PastReport, ValidationReport, Verdict

__all__ = ["account_of", "service_of", "store_of"]
pytestmark = pytest.mark.django_db

ROOT = authority("R")
END = (timezone.now() - NOW).days + 400
SERVER = leaf("www.example.com", ROOT, end=END)
CLIENT = leaf("partner-7", ROOT, usages=("client",), end=END)
RENEWALS = ("renew_reports", "renew_judgements")


@pytest.fixture
def judged(store_of: Any, service_of: ServiceOf, account_of: AccountOf) -> None:
    """Reports and judgements that were made, and the rules that made them noted."""
    rows = bring_in(ROOT, SERVER, CLIENT)
    store = store_of("Servers", ROOT)
    service = service_of("Web", "www.example.com", protocol="https", certificate=rows[1])
    account_of("partner-7", certificates=[rows[2]], services=[service])
    Service.objects.update(server_store=store)
    work_off(timezone.now())
    judge_endpoints(moment=timezone.now())
    follow_rules()
    work_jobs()
    assert ValidationReport.objects.filter(verdict=Verdict.TRUSTED).exists()
    assert not due()


def work_jobs() -> list[str]:
    """Do what is asked for, and what follows on it, as workers would; the kinds in their order."""
    done = []
    while job := Job.objects.filter(state=JobState.QUEUED).order_by("created_at", "pk").first():
        work_job(job_id=job.pk)
        done.append(job.kind)
    return done


def due() -> int:
    """How many reports and judgements have to be made again."""
    now = timezone.now()
    return sum(
        rows.filter(due_at__lte=now).count()
        for rows in (ValidationReport.objects, Service.objects, Account.objects)
    )


def said_by_older_rules() -> None:
    """What the same inputs gave before; no date will make it due for long."""
    ValidationReport.objects.filter(certificate__cn="www.example.com").update(
        verdict=Verdict.NOT_TRUSTED, codes=" 20@0 ", first_code=20, depth=0
    )
    Service.objects.update(standing=EndpointStanding.FAILS)
    Account.objects.update(standing=EndpointStanding.FAILS)


def shown() -> list[str]:
    report = ValidationReport.objects.get(certificate__cn="www.example.com", chained=True)
    return [report.verdict, Service.objects.get().standing, Account.objects.get().standing]


def test_nothing_is_asked_for_while_the_rules_are_the_same(
    judged: None, django_assert_num_queries: Any
) -> None:
    Job.objects.all().delete()
    with django_assert_num_queries(1):
        assert follow_rules() == []
    assert not Job.objects.exists()


def test_other_rules_of_reports_make_reports_and_judgements_anew_once(
    judged: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shown()
    said_by_older_rules()
    assert not due()
    monkeypatch.setattr(rules_of_verify, "RULES", rules_of_verify.RULES + 1)
    assert follow_rules() == ["reports", "judgements"]
    # A second worker that starts asks for nothing.
    assert follow_rules() == []
    done = work_jobs()
    assert [done.count(kind) for kind in RENEWALS] == [1, 1]
    assert "validate" in done
    assert "judge_endpoints" in done
    assert shown() == before
    assert not due()
    # What the older rules said is kept as any report that was overtaken.
    assert PastReport.objects.get().codes == " 20@0 "
    assert follow_rules() == []


def test_other_rules_of_judgements_leave_the_reports(
    judged: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shown()
    said_by_older_rules()
    monkeypatch.setattr(rules_of_endpoints, "RULES", rules_of_endpoints.RULES + 1)
    assert follow_rules() == ["judgements"]
    done = work_jobs()
    assert "renew_reports" not in done
    assert shown() == [Verdict.NOT_TRUSTED, *before[1:]]


def test_another_openssl_is_other_rules(judged: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shown()
    said_by_older_rules()
    monkeypatch.setattr(openssl, "version", lambda: "OpenSSL 9.9.9 1 Jan 2030")
    assert follow_rules() == ["reports", "judgements"]
    work_jobs()
    assert shown() == before


def test_what_was_found_out_before_rules_were_noted_is_found_out_anew(judged: None) -> None:
    from pkiadmin.models import RulesInForce

    before = shown()
    said_by_older_rules()
    # The digests of that release named other rules.
    Service.objects.update(inputs_digest="older")
    Account.objects.update(inputs_digest="older")
    RulesInForce.objects.all().delete()
    follow_rules()
    work_jobs()
    assert shown() == before


def test_an_empty_console_has_nothing_to_make_anew() -> None:
    assert follow_rules() == ["reports", "judgements"]
    assert not Job.objects.exists()


def test_a_renewal_that_was_killed_goes_on_where_it_stopped(
    judged: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.errors import LeaseLost
    from jobs.lease import Lease
    from truststores.services import renew_reports as module

    monkeypatch.setattr(module, "CHUNK", 1)
    monkeypatch.setattr(rules_of_verify, "RULES", rules_of_verify.RULES + 1)
    follow_rules()
    job = Job.objects.get(kind="renew_reports", state=JobState.QUEUED)
    total = ValidationReport.objects.count()
    assert total > 2
    ours = Lease.advance

    def lost(self: Lease, *, done: int, total: int | None = None) -> None:
        if done == 2:
            raise LeaseLost
        ours(self, done=done, total=total)

    with monkeypatch.context() as killed:
        killed.setattr(Lease, "advance", lost)
        assert not work_job(job_id=job.pk)
    assert ValidationReport.objects.filter(due_at__lte=timezone.now()).count() == 1
    work_off(timezone.now())
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, lease_token=None, lease_until=None)
    work_job(job_id=job.pk)
    # The one that was made anew meanwhile is not made a third time.
    assert ValidationReport.objects.filter(due_at__lte=timezone.now()).count() == total - 1
    assert Job.objects.get(pk=job.pk).result == {"renewed": total - 1}
