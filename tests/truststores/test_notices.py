"""Notices of what ends: who hears of it, when, how often; the mails go to a real SMTP server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from certificates.models import Certificate, Lifecycle, Owner, PublicKey
from jobs.models import Job, JobState
from jobs.services.request_job import request_job
from jobs.services.work_job import work_job
from tests.e2e.console import free_port
from tests.truststores.conftest import NOW, authority, bring_in, bring_in_crls, crl, leaf
from truststores.models import Notice, NoticeMail, TrustStore
from truststores.services.add_crls import add_crls
from truststores.services.change_recipients import change_recipients
from truststores.services.plan_notices import plan_notices

pytestmark = pytest.mark.django_db

ROOT = authority("Example Root")
ISSUING = authority("Example Issuing CA", ROOT)
DAY = timedelta(days=1)

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., Any]


class Mailbox:
    """What a mail server was given; `refuses` names recipients that it does not take."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, Message]] = []
        self.refuses: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails += [
            (to, BytesParser(policy=policy.SMTP).parsebytes(content)) for to in envelope.rcpt_tos
        ]
        return "250 taken"

    def take(self) -> list[tuple[str, Message]]:
        taken, self.mails = self.mails, []
        return taken

    def bodies(self) -> list[str]:
        return [body_of(mail) for _, mail in self.take()]


def body_of(mail: Message) -> str:
    return str(mail.get_payload()).replace("\r\n", "\n")


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """A real SMTP server on loopback, where the console's mails go."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.port
    settings.NOTICE_RECIPIENTS = ("pki@example.org",)
    settings.CONSOLE_URL = "https://console.example"
    yield box
    server.stop()


def run(moment: datetime) -> Job:
    """The daily job at that moment."""
    with time_machine.travel(moment, tick=False):
        job = request_job(kind="send_notices")
        assert work_job(job_id=job.pk)
    job.refresh_from_db()
    return job


def at(days: float) -> datetime:
    return NOW + timedelta(days=days)


def bring(*objects: Any, moment: datetime = NOW) -> list[Certificate]:
    with time_machine.travel(moment, tick=False):
        return bring_in(*objects)


# When --------------------------------------------------------------------------------------------


def test_each_threshold_is_told_of_once(mailbox: Mailbox) -> None:
    bring(leaf("ftp.example.org", end=100))
    told = {}
    for day in range(103):
        assert run(at(day + 0.5)).state == JobState.DONE
        for mail in mailbox.bodies():
            told[100 - day] = mail.split("UTC, ")[1].splitlines()[0]
    # The end itself lies between day 100 and the run half a day after it.
    assert list(told) == [90, 60, 30, 14, 7, 1, 0]
    assert told[90] == "in 89 days"
    assert told[0] == "12 hours ago"


def test_runs_that_were_missed_lose_nothing(mailbox: Mailbox) -> None:
    bring(leaf("ftp.example.org", end=100))
    run(at(9))
    assert mailbox.take() == []
    # 90, 60 and 30 days before the end were crossed while nothing ran.
    run(at(72))
    [body] = mailbox.bodies()
    assert "in 28 days" in body
    run(at(73))
    assert mailbox.take() == []
    run(at(130))
    [body] = mailbox.bodies()
    assert "ended 2026-09-09" in body


def test_a_mail_says_who_issued_it_and_what_to_do(mailbox: Mailbox) -> None:
    [row] = bring(leaf("ftp.example.org", ISSUING, end=50))
    run(NOW)
    [body] = mailbox.bodies()
    assert f"issued by Example Issuing CA, serial {row.serial}" in body
    assert "Certificates: renew them" in body
    assert "CRLs:" not in body


def test_a_run_made_twice_at_one_moment_says_nothing_twice(mailbox: Mailbox) -> None:
    bring(leaf("ftp.example.org", end=50))
    run(NOW)
    run(NOW)
    assert len(mailbox.take()) == 1


def test_what_was_brought_in_late_is_told_of_at_once_and_what_had_ended_not_at_all(
    mailbox: Mailbox,
) -> None:
    bring(leaf("soon.example.org", end=5), leaf("gone.example.org", start=-50, end=-3))
    run(NOW)
    [body] = mailbox.bodies()
    assert "soon.example.org" in body
    assert "gone.example.org" not in body


def test_short_lives_are_told_of_by_a_share(mailbox: Mailbox) -> None:
    bring(leaf("short.example.org", start=-2, end=4))  # six days
    run(at(1))
    assert mailbox.take() == []
    run(at(2.5))
    assert Notice.objects.get().threshold == "1/3"
    assert len(mailbox.take()) == 1


# What --------------------------------------------------------------------------------------------


def test_replaced_retired_and_acknowledged_certificates_stay_silent(
    mailbox: Mailbox, person: Callable[..., Any]
) -> None:
    from truststores.services.acknowledge_end import acknowledge_end

    replaced, retired, seen = bring(
        leaf("replaced.example.org", end=50),
        leaf("retired.example.org", end=50),
        leaf("seen.example.org", end=50),
    )
    Certificate.objects.filter(pk=replaced.pk).update(lifecycle=Lifecycle.REPLACED)
    run(NOW)
    [body] = mailbox.bodies()
    assert "replaced.example.org" not in body
    Certificate.objects.filter(pk=retired.pk).update(lifecycle=Lifecycle.RETIRED)
    actor = person("operator")
    acknowledge_end(actor=actor, shown=seen)
    run(at(21))
    run(at(51))
    assert mailbox.take() == []
    # Asked for again, it is told of what was passed meanwhile.
    acknowledge_end(actor=actor, shown=seen, acknowledged=False, moment=at(40))
    run(at(52))
    [body] = mailbox.bodies()
    assert "seen.example.org" in body


def test_a_ca_that_nothing_uses_never_alerts(mailbox: Mailbox, store_of: StoreOf) -> None:
    idle = authority("Idle CA", end=20)
    issuing = authority("Working CA", end=25)
    retired = leaf("gone.example.org", issuing, end=10)
    bring(idle, issuing, retired)
    Certificate.objects.filter(cn="gone.example.org").update(lifecycle=Lifecycle.RETIRED)
    run(NOW)
    assert mailbox.take() == []
    # It issued something that is in use; the other one joins a trust store.
    bring(leaf("ftp.example.org", issuing, end=300), moment=at(1))
    run(at(1))
    [body] = mailbox.bodies()
    assert "CA: Working CA" in body
    assert "Idle CA" not in body
    with time_machine.travel(at(2), tick=False):
        store_of("Partners", idle)
    run(at(2))
    [body] = mailbox.bodies()
    assert "CA: Idle CA" in body


def test_crls_are_told_of_where_a_store_counts_on_them(mailbox: Mailbox, store_of: StoreOf) -> None:
    with time_machine.travel(NOW, tick=False):
        [row] = bring_in_crls(crl(ISSUING, start=0, end=10))
        ignoring = store_of("Ignoring", ROOT, ISSUING)
        add_crls(actor=None, store_id=ignoring.pk, crl_ids=[row.pk], moment=NOW)
    run(at(9))
    assert mailbox.take() == []
    asking = store_of("Asking", ROOT, ISSUING, revocation="leaf")
    add_crls(actor=None, store_id=asking.pk, crl_ids=[row.pk], moment=at(9))
    run(at(9))
    [body] = mailbox.bodies()
    assert "CRL: CN=Example Issuing CA" in body
    assert "CRLs: their authorities publish the next ones" in body
    assert "Certificates: renew them" not in body
    run(at(9.5))
    assert mailbox.take() == []
    run(at(10.1))
    [(_, mail)] = mailbox.take()
    assert mail["Subject"] == "[pkiadmin] 1 CRL ended"


# To whom -----------------------------------------------------------------------------------------


def test_owners_and_stores_get_a_digest_each_and_the_site_the_rest(
    mailbox: Mailbox, store_of: StoreOf, person: Callable[..., Any]
) -> None:
    root = authority("Partner Root", end=40)
    with time_machine.travel(NOW, tick=False):
        store: TrustStore = store_of("Partners", root)
    change_recipients(
        actor=person("operator"), store_id=store.pk, recipients=["partners@example.org"]
    )
    mine, other = bring(leaf("mine.example.org", end=20), leaf("other.example.org", end=20))
    owner = Owner.objects.create(kind="person", name="Ada", email="ada@example.org")
    PublicKey.objects.create(
        name="Ada's",
        owner=owner,
        algorithm="EC",
        size=256,
        spki=b"",
        created_at=NOW,
        spki_sha256=mine.spki_sha256,
        spki_sha1="",
        spki_md5="",
    )
    bring(leaf("third.example.org", end=10))
    run(NOW)
    got = {to: body_of(mail) for to, mail in mailbox.take()}
    assert set(got) == {"ada@example.org", "partners@example.org", "pki@example.org"}
    assert "mine.example.org" in got["ada@example.org"]
    assert "other.example.org" not in got["ada@example.org"]
    assert "Partner Root" in got["partners@example.org"]
    assert got["pki@example.org"].index("third") < got["pki@example.org"].index("other")
    assert f"https://console.example{other.get_absolute_url()}" in got["pki@example.org"]


def test_a_name_cannot_forge_headers_or_lines_of_a_mail(mailbox: Mailbox) -> None:
    [row] = bring(leaf("ftp.example.org", end=20))
    Certificate.objects.filter(pk=row.pk).update(cn="evil\r\nBcc: all@example.org\r\n\r\nPay now")
    run(NOW)
    [(to, mail)] = mailbox.take()
    assert to == "pki@example.org"
    assert mail["Bcc"] is None
    assert mail["Subject"] == "[pkiadmin] 1 certificate ends in 20 days"
    assert not any(line.startswith("Pay now") for line in body_of(mail).splitlines())
    assert mail.get_content_type() == "text/plain"


# When mail fails ---------------------------------------------------------------------------------


def test_a_mail_that_is_not_taken_waits_and_nobody_else_gets_theirs_twice(
    mailbox: Mailbox, settings: Settings
) -> None:
    settings.NOTICE_RECIPIENTS = ("one@example.org", "two@example.org")
    bring(leaf("ftp.example.org", end=50))
    mailbox.refuses = {"two@example.org"}
    job = run(NOW)
    assert (job.state, job.error_code) == (JobState.FAILED, "notices.not_sent")
    assert job.error_data == {"failed": 1, "recipients": 2, "why": "SMTPRecipientsRefused"}
    assert [to for to, _ in mailbox.take()] == ["one@example.org"]
    mailbox.refuses = set()
    assert run(at(1)).state == JobState.DONE
    assert [to for to, _ in mailbox.take()] == ["two@example.org"]
    run(at(2))
    assert mailbox.take() == []


def test_without_a_mail_server_the_job_fails_and_everything_waits(
    mailbox: Mailbox, settings: Settings
) -> None:
    bring(leaf("ftp.example.org", end=50))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert run(NOW).state == JobState.FAILED
    assert run(at(21)).state == JobState.FAILED  # 30 days before: another threshold
    settings.EMAIL_PORT = port
    run(at(22))
    [body] = mailbox.bodies()
    assert body.count("ftp.example.org\n") == 1
    assert NoticeMail.objects.filter(sent_at=None).count() == 0


def test_what_was_acknowledged_while_its_mail_waited_is_not_sent(
    mailbox: Mailbox, settings: Settings, person: Callable[..., Any]
) -> None:
    from truststores.services.acknowledge_end import acknowledge_end

    [row] = bring(leaf("ftp.example.org", end=50))
    mailbox.refuses = {"pki@example.org"}
    run(NOW)
    acknowledge_end(actor=person("operator"), shown=row)
    mailbox.refuses = set()
    assert run(at(1)).state == JobState.DONE
    assert mailbox.take() == []


def test_a_mail_that_another_worker_is_sending_is_left_to_it(mailbox: Mailbox) -> None:
    bring(leaf("ftp.example.org", end=50))
    plan_notices(moment=NOW)
    NoticeMail.objects.update(taken_at=NOW)
    run(NOW + timedelta(minutes=1))
    assert mailbox.take() == []
    run(NOW + timedelta(minutes=6))
    assert len(mailbox.take()) == 1


def test_planning_costs_queries_by_the_batch_and_not_by_the_certificate(
    mailbox: Mailbox,
) -> None:
    bring(*(leaf(f"{number}.example.org", end=50) for number in range(3)))
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert plan_notices(moment=NOW) == 3
    assert plan_notices(moment=NOW) == 0
    bring(*(leaf(f"more-{number}.example.org", end=50) for number in range(30)))
    with CaptureQueriesContext(connection) as many:
        assert plan_notices(moment=NOW) == 30
    assert len(many) == len(few)


# Pages -------------------------------------------------------------------------------------------


def text_of(client: Client, **query: str) -> str:
    answer = client.get(reverse("truststores:expiring"), query)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_page_shows_what_ends_and_takes_an_acknowledgement(
    mailbox: Mailbox, client_for: ClientFor
) -> None:
    with time_machine.travel(NOW, tick=False):
        browser = client_for("operator")
        soon, _, _ = bring_in(
            leaf("soon.example.org", end=5),
            leaf("later.example.org", end=80),
            leaf("ended.example.org", start=-60, end=-5),
        )
        bring_in(leaf("never.example.org", end=400), authority("Idle CA", end=20))
        said = text_of(browser)
        assert said.index("ended.example.org") < said.index("soon.example.org")
        assert said.index("soon.example.org") < said.index("later.example.org")
        assert "never.example.org" not in said
        assert "Idle CA" not in said
        assert "later" not in text_of(browser, within="7")
        assert "soon" not in text_of(browser, within="ended")
        address = reverse("truststores:end_acknowledge", args=["certificate", soon.pk])
        assert browser.post(address).status_code == 302
        assert re.search(r"Acknowledged .{0,20} by the-operator", text_of(browser))
        assert "soon.example.org" not in text_of(browser, seen="no")
        browser.post(address, {"undo": "1", "next": "//evil.example/"})
        assert "soon.example.org" in text_of(browser, seen="no")


@pytest.mark.parametrize(
    ("role", "status"), [("anonymous", 302), (None, 403), ("auditor", 403), ("operator", 302)]
)
def test_only_those_who_work_with_certificates_acknowledge(
    client_for: ClientFor, role: str | None, status: int
) -> None:
    [row] = bring(leaf("soon.example.org", end=5))
    address = reverse("truststores:end_acknowledge", args=["certificate", row.pk])
    assert client_for(role).post(address).status_code == status
    assert Notice.objects.filter(acknowledged_at__isnull=False).exists() == (role == "operator")


def test_the_recipients_of_a_store_are_addresses(store_of: StoreOf, client_for: ClientFor) -> None:
    store: TrustStore = store_of("Partners", ROOT)
    browser = client_for("operator")
    address = reverse("truststores:store_recipients", args=[store.pk])
    wrong = browser.post(address, {"recipients": "ada@example.org\nnobody"})
    assert "“nobody” is no e-mail address." in wrong.content.decode()
    browser.post(address, {"recipients": "ada@example.org, bob@example.org\nada@example.org"})
    store.refresh_from_db()
    assert store.notice_recipients == ["ada@example.org", "bob@example.org"]
    assert "ada@example.org, bob@example.org" in text_of(browser)
    browser.post(address, {"recipients": ""})
    store.refresh_from_db()
    assert store.notice_recipients == []
