"""CRLs from outside: what a source gives, what is refused, and that nothing bad is ever believed.

The servers are real ones on loopback, which the settings of these tests open; everything goes through
the job that a worker runs.
"""

from __future__ import annotations

import gzip
import re
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from audit.models import AuditEvent
from certificates.models import Crl
from jobs.models import Job, JobState
from jobs.services.work_job import work_job
from pki.address_guard import AllowRule
from pki.limits import MEBIBYTE
from tests.pki.fetch.servers import Server, response
from tests.truststores.conftest import (
    NOW,
    Authority,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    key_of,
    leaf,
    name_of,
    work_off,
)
from truststores.crl_texts import CRL_TEXTS, OUTCOMES
from truststores.models import (
    CrlSource,
    StoreCrl,
    StoreProposal,
    TrustStore,
    ValidationReport,
    Verdict,
)
from truststores.services import fetch_crl
from truststores.services.add_crls import add_crls
from truststores.services.add_source import add_source
from truststores.services.plan_fetches import plan_fetches
from truststores.specs import NewSource

pytestmark = pytest.mark.django_db

ROOT = authority("Example Root")
ISSUING = authority("Example Issuing CA", ROOT)
SERVER = leaf("ftp.example.org", ISSUING)
STRANGER = authority("Nobody's Root")

ClientFor = Callable[[str | None], Client]
StoreOf = Callable[..., Any]
TODAY = (timezone.now() - NOW).days
"""Days count from NOW in these fixtures; jobs run by the real clock."""


def fresh(issuer: Authority = ISSUING, **more: Any) -> bytes:
    """A CRL that is fresh by the real clock."""
    return crl(issuer, **{"start": TODAY - 2, "end": TODAY + 10, **more})


def special(
    issuer: Authority = ISSUING,
    *,
    number: int = 5,
    base: int | None = None,
    point: x509.IssuingDistributionPoint | None = None,
    unknown_critical: bool = False,
    age: int = 1,
) -> bytes:
    """A fresh CRL with what `fresh` has not: a delta, a scope, an extension that nobody knows."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(timezone.now() - timedelta(days=age))
        .next_update(timezone.now() + timedelta(days=10))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False
        )
        .add_extension(x509.CRLNumber(number), False)
    )
    if base is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(base), critical=True)
    if point is not None:
        builder = builder.add_extension(point, critical=True)
    if unknown_critical:
        odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.7"), b"\x05\x00")
        builder = builder.add_extension(odd, critical=True)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def partition(uri: str) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(uri)],
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


class CrlServer:
    """A CA's web server that answers with whatever it is told to."""

    def __init__(self) -> None:
        self.answer: bytes | Callable[[socket.socket], None] = response(b"")
        self._server = Server(self._serve)
        self.url = self._server.url("/ca.crl")

    def gives(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        self.answer = response(body, *headers, status=status)

    def _serve(self, connection: socket.socket, request: bytes) -> None:
        if isinstance(self.answer, bytes):
            connection.sendall(self.answer)
        else:
            self.answer(connection)

    @property
    def connections(self) -> int:
        return self._server.connections

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def server(settings: Settings) -> Iterator[CrlServer]:
    settings.INTERNAL_CRL_HOSTS = (
        AllowRule(network="127.0.0.0/8", ports=frozenset(range(1, 65536))),
    )
    made = CrlServer()
    yield made
    made.close()


@pytest.fixture
def store(store_of: StoreOf) -> TrustStore:
    """A store that asks for a CRL, and a certificate that needs one."""
    made: TrustStore = store_of("Servers", ROOT, ISSUING, revocation="leaf", moment=timezone.now())
    bring_in(SERVER)
    work_off(timezone.now())
    assert verdict() == Verdict.UNDETERMINED
    return made


def source_of(store: TrustStore, url: str, **more: Any) -> CrlSource:
    return add_source(actor=None, store_id=store.pk, new=NewSource(url=url, **more))


def run_fetch(source: CrlSource) -> Job:
    """What a worker does with the job of this source, and the validation that follows."""
    source.refresh_from_db()
    if source.last_job is not None and source.last_job.has_ended:
        CrlSource.objects.filter(pk=source.pk).update(next_at=timezone.now())
        assert plan_fetches(moment=timezone.now()) == 1
        source.refresh_from_db()
    job = source.last_job
    assert job is not None
    assert work_job(job_id=job.pk)
    source.refresh_from_db()
    job.refresh_from_db()
    work_off(timezone.now())
    return job


def put_in_use(store: TrustStore, der: bytes) -> None:
    """Let a good CRL count, as an earlier fetch would have."""
    [row] = bring_in_crls(der)
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk])
    work_off(timezone.now())
    assert verdict() == Verdict.TRUSTED


def verdict() -> str:
    return ValidationReport.objects.get(certificate__cn="ftp.example.org").verdict


def codes(source: CrlSource) -> list[str]:
    return [code for code, _ in source.outcome_data]


def held(store: TrustStore) -> set[str]:
    return set(StoreCrl.objects.filter(trust_store=store).values_list("crl__number", flat=True))


# What works --------------------------------------------------------------------------------------


def test_a_source_brings_a_crl_into_use_and_the_next_one_in_its_place(
    store: TrustStore, server: CrlServer
) -> None:
    server.gives(fresh(number=1))
    source = source_of(store, server.url)
    job = run_fetch(source)
    assert job.state == JobState.DONE, job.error_data
    assert (source.outcome, source.failures) == ("taken", 0)
    assert source.last_crl is not None
    # An hour before the nextUpdate, not when it has passed.
    assert source.last_crl.next_update is not None
    assert source.next_at == source.last_crl.next_update - timedelta(hours=1)
    assert source.last_crl.origin == "fetched"
    assert verdict() == Verdict.TRUSTED

    revoked = fresh(number=2, start=TODAY - 1, revoked=(SERVER.certificate.serial_number,))
    server.gives(revoked)
    run_fetch(source)
    assert held(store) == {"2"}
    assert Crl.objects.count() == 2
    assert verdict() == Verdict.NOT_TRUSTED
    assert AuditEvent.objects.filter(action="trust_store.crl_fetched").count() == 2


def test_a_crl_in_pem_is_taken_as_well(store: TrustStore, server: CrlServer) -> None:
    loaded = x509.load_der_x509_crl(fresh())
    server.gives(loaded.public_bytes(serialization.Encoding.PEM))
    source = source_of(store, server.url)
    run_fetch(source)
    assert source.outcome == "taken"


def test_the_same_crl_again_changes_nothing_and_is_not_listed(
    store: TrustStore, server: CrlServer
) -> None:
    server.gives(fresh())
    source = source_of(store, server.url)
    run_fetch(source)
    revision = TrustStore.objects.get(pk=store.pk).revision
    job = run_fetch(source)
    assert source.outcome == "unchanged"
    assert job.idle
    assert TrustStore.objects.get(pk=store.pk).revision == revision


def test_a_ca_that_is_late_is_asked_again_with_growing_pauses(
    store: TrustStore, server: CrlServer
) -> None:
    server.gives(
        crl_ending_in(minutes=30)  # the renewal is due by now
    )
    source = source_of(store, server.url)
    pauses = []
    for _ in range(3):
        run_fetch(source)
        assert source.last_attempt is not None
        pauses.append(source.next_at - source.last_attempt)
    assert source.outcome == "unchanged"
    assert [round(pause.total_seconds() / 60) for pause in pauses[1:]] == [30, 60]


def crl_ending_in(*, minutes: int) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ISSUING.certificate.subject)
        .last_update(timezone.now() - timedelta(days=5))
        .next_update(timezone.now() + timedelta(minutes=minutes))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ISSUING.key.public_key()), False
        )
        .add_extension(x509.CRLNumber(1), False)
    )
    signed = builder.sign(ISSUING.key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def test_a_period_is_kept_whatever_the_crl_says(store: TrustStore, server: CrlServer) -> None:
    server.gives(fresh())
    source = source_of(store, server.url, every=timedelta(hours=6))
    run_fetch(source)
    assert source.last_attempt is not None
    assert source.next_at == source.last_attempt + timedelta(hours=6)


def test_planning_asks_for_each_due_source_once(store: TrustStore, server: CrlServer) -> None:
    source = source_of(store, server.url)
    first = source_of(store, server.url + "?2")
    Job.objects.filter(kind="fetch_crl").delete()
    moment = timezone.now()
    CrlSource.objects.filter(pk=source.pk).update(next_at=moment)
    CrlSource.objects.filter(pk=first.pk).update(next_at=moment + timedelta(hours=1))
    assert plan_fetches(moment=moment) == 1
    assert plan_fetches(moment=moment) == 0
    assert Job.objects.filter(kind="fetch_crl").count() == 1
    # The job was lost with its worker: the source is asked again all the same.
    assert plan_fetches(moment=moment + timedelta(minutes=15)) == 1


def test_two_partitions_of_one_ca_stay_beside_each_other(
    store: TrustStore, server: CrlServer
) -> None:
    one = source_of(store, server.url)
    server.gives(special(number=7, point=partition("http://crl.example.org/1.crl")))
    run_fetch(one)
    other = source_of(store, server.url + "?2")
    server.gives(special(number=9, point=partition("http://crl.example.org/2.crl")))
    run_fetch(other)
    assert held(store) == {"7", "9"}
    server.gives(special(number=10, point=partition("http://crl.example.org/1.crl")))
    run_fetch(one)
    assert held(store) == {"10", "9"}


def test_a_complete_crl_takes_the_place_of_the_deltas_that_it_holds(
    store: TrustStore, server: CrlServer
) -> None:
    source = source_of(store, server.url)
    server.gives(fresh(number=5))
    run_fetch(source)
    delta = source_of(store, server.url + "?delta")
    server.gives(special(number=6, base=5))
    run_fetch(delta)
    assert held(store) == {"5", "6"}
    server.gives(special(number=6))
    run_fetch(source)
    assert held(store) == {"6"}


# What is refused (threat 10) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        pytest.param(lambda: fresh(number=4, start=TODAY - 9), "number_backwards", id="replay"),
        pytest.param(
            lambda: fresh(number=9, signer=STRANGER, start=TODAY - 1),
            "signature_invalid",
            id="wrong signer",
        ),
        pytest.param(lambda: fresh(STRANGER, number=9), "issuer_unknown", id="foreign"),
        pytest.param(lambda: fresh(ROOT, number=9), "other_issuer", id="another CA of the store"),
        pytest.param(
            lambda: special(number=9, unknown_critical=True), "unusable", id="unknown critical"
        ),
        pytest.param(lambda: special(number=9, base=8), "delta_base_too_old", id="delta"),
        pytest.param(lambda: b"<html>Not found</html>", "no_crl", id="a page for people"),
        pytest.param(lambda: ROOT.der, "no_crl", id="a certificate"),
        pytest.param(lambda: fresh()[:-40], "undecodable", id="cut off"),
        pytest.param(lambda: fresh(number=9, start=TODAY + 2), "future", id="from the future"),
        pytest.param(lambda: fresh(number=9, start=TODAY - 1, end=TODAY), "stale", id="stale"),
    ],
)
def test_what_must_not_be_believed_leaves_the_good_one_in_use(
    store: TrustStore, server: CrlServer, offered: Callable[[], bytes], reason: str
) -> None:
    put_in_use(store, fresh(number=5))
    issuing_id = store.members.get(certificate__cn="Example Issuing CA").certificate_id
    source = source_of(store, server.url, issuer_id=issuing_id)
    server.gives(offered())
    job = run_fetch(source)
    assert (job.state, source.outcome) == (JobState.FAILED, "refused")
    assert reason in codes(source)
    assert held(store) == {"5"}
    assert verdict() == Verdict.TRUSTED
    assert source.failures == 1
    assert source.last_attempt is not None
    assert source.next_at == source.last_attempt + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        pytest.param(lambda: fresh(signer=STRANGER), "signature_invalid", id="wrong signer"),
        pytest.param(lambda: fresh(STRANGER), "issuer_unknown", id="foreign"),
        pytest.param(lambda: special(base=4), "delta_without_base", id="delta alone"),
        pytest.param(lambda: special(unknown_critical=True), "unusable", id="unknown critical"),
    ],
)
def test_nothing_is_trusted_by_a_crl_that_must_not_be_believed(
    store: TrustStore, server: CrlServer, offered: Callable[[], bytes], reason: str
) -> None:
    server.gives(offered())
    source = source_of(store, server.url)
    run_fetch(source)
    assert codes(source) == [reason]
    assert held(store) == set()
    assert verdict() == Verdict.UNDETERMINED


def test_a_revocation_is_not_taken_back_by_an_old_crl(store: TrustStore, server: CrlServer) -> None:
    server.gives(fresh(number=6, start=TODAY - 1, revoked=(SERVER.certificate.serial_number,)))
    source = source_of(store, server.url)
    run_fetch(source)
    assert verdict() == Verdict.NOT_TRUSTED
    server.gives(fresh(number=5))
    run_fetch(source)
    assert "number_backwards" in codes(source)
    assert verdict() == Verdict.NOT_TRUSTED


def test_a_refusal_is_logged_once_for_each_kind(store: TrustStore, server: CrlServer) -> None:
    server.gives(fresh(signer=STRANGER))
    source = source_of(store, server.url)
    for _ in range(2):
        run_fetch(source)
    assert AuditEvent.objects.filter(action="crl_source.refused").count() == 1
    server.gives(fresh(STRANGER))
    run_fetch(source)
    assert AuditEvent.objects.filter(action="crl_source.refused").count() == 2


def test_it_waits_longer_after_each_failure_and_forgets_them_after_a_success(
    store: TrustStore, server: CrlServer
) -> None:
    server.gives(b"", status="503 Service Unavailable")
    source = source_of(store, server.url)
    pauses = []
    for _ in range(9):
        run_fetch(source)
        assert source.last_attempt is not None
        pauses.append(source.next_at - source.last_attempt)
    minutes = [round(pause.total_seconds() / 60) for pause in pauses]
    assert minutes == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    server.gives(fresh())
    run_fetch(source)
    assert source.failures == 0


# Hostile servers (threats 8 and 9) ---------------------------------------------------------------


def bombs() -> dict[str, bytes | Callable[[socket.socket], None]]:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"0")
            if connection.recv(1) == b"":
                return

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(bytes(MEBIBYTE))

    def inflating(connection: socket.socket) -> None:
        packed = gzip.compress(bytes(8 * MEBIBYTE))
        connection.sendall(response(packed, "Content-Encoding: gzip"))

    return {"time": drip, "bytes": endless, "content_encoding": inflating}


@pytest.mark.parametrize("why", ["time", "bytes", "content_encoding"])
def test_a_hostile_server_costs_little_and_changes_nothing(
    store: TrustStore, server: CrlServer, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    put_in_use(store, fresh())
    source = source_of(store, server.url)
    # The same limits as in life, with less patience than 45 s and 64 MiB.
    limits = fetch_crl._FETCH_LIMITS
    monkeypatch.setattr(
        fetch_crl, "_FETCH_LIMITS", type(limits)(seconds=1.0, body_bytes=16 * MEBIBYTE)
    )
    server.answer = bombs()[why]
    tracemalloc.start()
    job = run_fetch(source)
    grown = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert codes(source) == [f"fetch_{why}"]
    assert job.state == JobState.FAILED
    assert grown < 128 * MEBIBYTE
    assert held(store) == {"1"}
    assert verdict() == Verdict.TRUSTED


def test_an_address_inside_is_never_connected_to(
    store: TrustStore, server: CrlServer, settings: Settings
) -> None:
    server.gives(fresh())
    source = source_of(store, server.url)
    settings.INTERNAL_CRL_HOSTS = ()
    before = server.connections
    run_fetch(source)
    assert codes(source) == ["fetch_loopback"]
    assert server.connections == before


def test_a_redirect_inside_is_not_followed(
    store: TrustStore, server: CrlServer, settings: Settings
) -> None:
    trap = CrlServer()
    [port] = re.findall(r":(\d+)/", server.url)
    settings.INTERNAL_CRL_HOSTS = (AllowRule(network="127.0.0.1/32", ports=frozenset({int(port)})),)
    source = source_of(store, server.url)
    for where, why in (
        (trap.url, "fetch_loopback"),
        ("http://169.254.169.254/latest/meta-data/", "fetch_link_local"),
        ("http://2130706433/", "fetch_ambiguous_address"),
    ):
        server.gives(b"", f"Location: {where}", status="302 Found")
        run_fetch(source)
        assert codes(source) == [why]
    assert trap.connections == 0
    trap.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1/ca.crl", "the machine of the console itself"),
        ("http://0x7f.1/ca.crl", "a number that only some readers"),
        ("http://[::ffff:10.0.0.1]/ca.crl", "nobody can open"),
        ("http://10.1.2.3/ca.crl", "PKIADMIN_INTERNAL_CRL_HOSTS"),
        ("http://169.254.169.254/", "nobody can open"),
        ("ldap://directory.example/cn=CA", "http and https only"),
        ("http://user:secret@crl.example.org/", "user name or password"),
        ("http://192.0.2.1:8080/ca.crl", "a reserved network"),
        ("not an address", "no http or https address"),
    ],
)
def test_an_address_that_is_closed_is_refused_when_it_is_written_down(
    store: TrustStore, client_for: ClientFor, url: str, says: str
) -> None:
    answer = client_for("operator").post(
        reverse("truststores:source_add", args=[store.pk]), {"url": url}
    )
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert "secret" not in answer.content.decode().replace(url, "")
    assert not CrlSource.objects.exists()


# Pages -------------------------------------------------------------------------------------------


def page_of(store: TrustStore, client: Client) -> str:
    answer = client.get(reverse("truststores:store_crls", args=[store.pk]))
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_matrix_says_what_is_missing_stale_covered_and_forged(
    store: TrustStore, client_for: ClientFor
) -> None:
    browser = client_for("auditor")
    assert page_of(store, browser).count("Missing") == 2
    rows = bring_in_crls(fresh(), crl(ROOT, end=TODAY - 5))
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk for row in rows])
    said = page_of(store, browser)
    assert "Missing" not in said
    assert "Covered" in said
    assert said.count("Stale") == 2  # the authority and its CRL
    [forged] = bring_in_crls(fresh(ROOT, number=8, signer=STRANGER))
    add_crls(actor=None, store_id=store.pk, crl_ids=[forged.pk])
    assert "Signature not verified" in page_of(store, browser)


def test_distribution_points_of_certificates_are_offered_and_taken(
    store: TrustStore, server: CrlServer, client_for: ClientFor
) -> None:
    bring_in(with_points(server.url, "ldap://directory.example/cn=CA"))
    work_off(timezone.now())
    browser = client_for("operator")
    said = page_of(store, browser)
    assert "1 distribution point found" in said
    assert "CRLs are fetched by http and https only." in said
    server.gives(fresh())
    browser.post(reverse("truststores:sources_take", args=[store.pk]), {"url": [server.url]})
    source = CrlSource.objects.get()
    assert source.issuer_name == "CN=Example Issuing CA"
    run_fetch(source)
    assert source.outcome == "taken"
    assert "distribution point found" not in page_of(store, browser)
    # What the points of the certificates do not name is not for them.
    server.gives(special(point=partition("http://crl.example.org/elsewhere.crl")))
    run_fetch(source)
    assert codes(source) == ["scope_other_point"]


def with_points(*urls: str) -> Authority:
    """A server certificate that names these addresses."""
    key = key_of("points")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of("points.example.org"))
        .issuer_name(ISSUING.certificate.subject)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(timezone.now() - timedelta(days=2))
        .not_valid_after(timezone.now() + timedelta(days=90))
        .add_extension(
            x509.CRLDistributionPoints(
                [
                    x509.DistributionPoint(
                        full_name=[x509.UniformResourceIdentifier(url)],
                        relative_name=None,
                        reasons=None,
                        crl_issuer=None,
                    )
                    for url in urls
                ]
            ),
            critical=False,
        )
    )
    return Authority(certificate=builder.sign(ISSUING.key, hashes.SHA256()), key=key)


def upload(store: TrustStore, client: Client, content: bytes) -> str:
    answer = client.post(
        reverse("truststores:crl_upload", args=[store.pk]),
        {"crl": SimpleUploadedFile("a.crl", content)},
        follow=True,
    )
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def save_last(store: TrustStore, client: Client) -> None:
    proposal = StoreProposal.objects.latest("pk")
    address = reverse("truststores:proposal_save", args=[store.pk, proposal.pk])
    assert "Saved." in client.post(address, follow=True).content.decode()


def test_an_upload_goes_through_the_same_judgement(
    store: TrustStore, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    assert "Nothing is changed yet" in upload(store, browser, fresh(number=5))
    assert held(store) == set()
    save_last(store, browser)
    assert held(store) == {"5"}
    assert "was in use already" in upload(store, browser, fresh(number=5))
    work_off(timezone.now())
    assert verdict() == Verdict.TRUSTED
    for content, says in (
        (fresh(number=4, start=TODAY - 9), "an old list was brought out again"),
        (fresh(number=9, signer=STRANGER), "it was forged or damaged"),
        (special(number=9, unknown_critical=True), "critical extension that they do not know"),
        (fresh(STRANGER), "Add the authority&#x27;s certificate first"),
        (b"nonsense", "There is no CRL in this file"),
        (b"", "The submitted file is empty"),
    ):
        assert says in upload(store, browser, content)
    assert held(store) == {"5"}
    assert "Nothing is changed yet" in upload(store, browser, fresh(number=6, start=TODAY - 1))
    save_last(store, browser)
    assert held(store) == {"6"}


@pytest.mark.parametrize("way", ["uploaded", "pasted"])
def test_a_newer_list_takes_no_place_before_the_preview_is_saved(
    store: TrustStore, client_for: ClientFor, way: str
) -> None:
    [older] = bring_in_crls(fresh(number=5))
    add_crls(actor=None, store_id=store.pk, crl_ids=[older.pk])
    work_off(timezone.now())
    browser = client_for("operator")
    newer = fresh(number=6, start=TODAY - 1)
    if way == "uploaded":
        assert "Nothing is changed yet" in upload(store, browser, newer)
    else:
        pem = x509.load_der_x509_crl(newer).public_bytes(serialization.Encoding.PEM).decode()
        paste = reverse("truststores:trust_store_paste", args=[store.pk])
        answer = browser.post(paste, {"pem": pem, "role": ""}, follow=True)
        assert "Nothing is changed yet" in answer.content.decode()
    # The worker runs while somebody reads the preview.
    work_off(timezone.now())
    assert held(store) == {"5"}
    proposal = StoreProposal.objects.get()
    assert "has changed since" not in browser.get(proposal.get_absolute_url()).content.decode()
    save_last(store, browser)
    assert held(store) == {"6"}


def test_a_list_of_an_authority_that_is_no_member_is_offered_shown_and_taken_away(
    store_of: StoreOf, client_for: ClientFor
) -> None:
    moment = timezone.now()
    made = store_of("Roots alone", ROOT, revocation="chain", moment=moment)
    bring_in(ISSUING)
    bring_in_crls(fresh(ROOT, number=3))
    work_off(moment)
    bring_in_crls(fresh(number=5))
    browser = client_for("operator")
    page = browser.get(reverse("truststores:store_crls", args=[made.pk])).content.decode()
    offered = re.findall(r'name="crl" value="(\d+)" checked', page)
    assert set(Crl.objects.filter(pk__in=offered).values_list("number", flat=True)) == {"3", "5"}
    add_crls(actor=None, store_id=made.pk, crl_ids=[int(pk) for pk in offered])
    row = made.store_crls.get(crl__number="5")
    remove = reverse("truststores:crl_remove", args=[made.pk, row.pk])
    auditor = client_for("auditor")
    for name in ("trust_store", "store_crls"):
        shown = browser.get(reverse(f"truststores:{name}", args=[made.pk])).content.decode()
        assert f'action="{remove}"' in shown
        read = auditor.get(reverse(f"truststores:{name}", args=[made.pk])).content.decode()
        assert f'action="{remove}"' not in read
    browser.post(remove)
    save_last(made, browser)
    assert held(made) == {"3"}


def test_a_list_whose_authority_has_gone_is_still_shown_and_can_be_taken_away(
    store: TrustStore, client_for: ClientFor
) -> None:
    [row] = bring_in_crls(fresh(STRANGER, number=77))
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk])
    browser = client_for("operator")
    page = browser.get(reverse("truststores:store_crls", args=[store.pk])).content.decode()
    assert "Of nobody in this list" in page
    remove = reverse("truststores:crl_remove", args=[store.pk, store.store_crls.get().pk])
    assert f'action="{remove}"' in page


def test_fetching_now_leads_to_a_page_that_says_what_came_of_it(
    store: TrustStore, server: CrlServer, client_for: ClientFor
) -> None:
    server.gives(b"", status="404 Not Found")
    source = source_of(store, server.url)
    run_fetch(source)
    browser = client_for("operator")
    address = reverse("truststores:source_fetch", args=[store.pk, source.pk])
    asked = browser.post(address)
    again = browser.post(address)
    assert asked.url == again.url  # type: ignore[attr-defined]  # of a redirect
    assert "Waiting" in browser.get(asked.url).content.decode()  # type: ignore[attr-defined]
    run_fetch(source)
    said = browser.get(asked.url).content.decode()  # type: ignore[attr-defined]
    assert "The server answered with the status 404." in said
    assert "The server answered with the status 404." in page_of(store, browser)


@pytest.mark.parametrize(
    ("role", "status"), [("anonymous", 302), (None, 403), ("auditor", 403), ("operator", 302)]
)
def test_only_those_who_change_trust_stores_change_their_sources(
    store: TrustStore, server: CrlServer, client_for: ClientFor, role: str | None, status: int
) -> None:
    source = source_of(store, server.url)
    browser = client_for(role)
    for name, args in (
        ("source_fetch", [store.pk, source.pk]),
        ("source_remove", [store.pk, source.pk]),
    ):
        answer = browser.post(reverse(f"truststores:{name}", args=args))
        assert answer.status_code == status, name
    assert CrlSource.objects.exists() == (role != "operator")
    page = browser.get(reverse("truststores:store_crls", args=[store.pk]))
    assert page.status_code == (302 if role == "anonymous" else 200)
    assert (b"Upload a CRL" in page.content) == (role == "operator")


def test_a_source_of_another_store_is_not_found(
    store: TrustStore, store_of: StoreOf, server: CrlServer, client_for: ClientFor
) -> None:
    other = store_of("Other", ROOT)
    source = source_of(other, server.url)
    address = reverse("truststores:source_remove", args=[store.pk, source.pk])
    assert client_for("operator").post(address).status_code == 404


def test_what_is_removed_twice_is_gone_and_no_fault(
    store: TrustStore, server: CrlServer, client_for: ClientFor
) -> None:
    browser = client_for("operator")
    source = source_of(store, server.url)
    put_in_use(store, fresh(number=6))
    row = store.store_crls.get()
    member = store.members.latest("pk")
    gone = [
        reverse(f"truststores:{name}", args=[store.pk, pk])
        for name, pk in (
            ("source_remove", source.pk),
            ("source_fetch", source.pk),
            ("crl_remove", row.pk),
            ("member_remove", member.pk),
            ("member_replace", member.pk),
        )
    ]
    source.delete()
    row.delete()
    member.delete()
    for address in gone:
        answer = browser.post(address, follow=True)
        assert answer.status_code == 200, address
        assert "has been removed from this trust store already" in answer.content.decode()
    TrustStore.objects.all().delete()
    for address in gone:
        assert browser.post(address).status_code == 404


def test_the_query_of_an_address_is_shown_to_nobody(
    store: TrustStore, server: CrlServer, client_for: ClientFor
) -> None:
    server.gives(fresh(signer=STRANGER))
    source = source_of(store, f"{server.url}?token=opensesame")
    job = run_fetch(source)
    assert "opensesame" not in page_of(store, client_for("operator"))
    assert "opensesame" not in str(job.error_data)
    assert "opensesame" not in str(list(AuditEvent.objects.values()))


def test_every_reason_has_a_sentence() -> None:
    from pathlib import Path

    from pki.address_guard import special_networks
    from pki.crl_acceptance.refusals import Why

    fetch_reasons = set(
        re.findall(
            r'(?:why = |why=|_refused\(|_failed\()"([a-z_]+)"',
            "".join(
                path.read_text()
                for path in (*Path("pki/fetch").glob("*.py"), Path("pki/connection.py"))
            ),
        )
    ) | {kind for _, kind in special_networks()}
    assert len(fetch_reasons) > 35
    wanted = {why.value for why in Why} | {f"fetch_{reason}" for reason in fetch_reasons}
    assert wanted - CRL_TEXTS.keys() == set()
    assert set(OUTCOMES) == {"", "taken", "unchanged", "fetch_failed", "refused"}


def test_an_imported_partition_takes_the_place_of_its_own_and_of_no_other(
    store: TrustStore,
) -> None:
    one, other = (partition(f"http://crl.example.org/{number}.crl") for number in (1, 2))
    first = bring_in_crls(
        special(number=7, point=one, age=3), special(number=8, point=other, age=3)
    )
    add_crls(actor=None, store_id=store.pk, crl_ids=[row.pk for row in first])
    bring_in_crls(special(number=9, point=other))
    work_off(timezone.now())
    assert held(store) == {"7", "9"}


def test_a_list_that_ends_sooner_than_the_fetched_one_lets_its_source_be_asked_sooner(
    store: TrustStore, server: CrlServer
) -> None:
    server.gives(fresh(number=5, end=TODAY + 60))
    source = source_of(store, server.url)
    run_fetch(source)
    assert source.next_at > timezone.now() + timedelta(days=50)
    [sooner] = bring_in_crls(fresh(number=6, start=TODAY - 1, end=TODAY + 10))
    work_off(timezone.now())
    assert held(store) == {"6"}
    source.refresh_from_db()
    assert sooner.next_update is not None
    assert timezone.now() < source.next_at < sooner.next_update


def test_a_source_with_a_period_keeps_it(store: TrustStore, server: CrlServer) -> None:
    server.gives(fresh(number=5, end=TODAY + 60))
    source = source_of(store, server.url)
    CrlSource.objects.update(every=timedelta(days=7), next_at=timezone.now() + timedelta(days=7))
    put_in_use(store, fresh(number=6, end=TODAY + 3))
    source.refresh_from_db()
    assert source.next_at > timezone.now() + timedelta(days=6)
