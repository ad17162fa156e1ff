"""Probes of real servers, from the request to what the service then says of itself."""

from __future__ import annotations

import socket
import subprocess
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from audit.models import AuditEvent
from certificates.models import Certificate, ImportBlock, PublicKey
from endpoints.errors import EndpointChanged, EndpointRefused
from endpoints.models import ChainSource, Probe, ProbeState, Service
from endpoints.services.accept_presented import accept_presented
from endpoints.services.import_presented import import_presented
from endpoints.services.judge_endpoints import judge_endpoints
from endpoints.services.plan_probes import plan_probes
from endpoints.services.prune_probes import KEPT, prune_probes
from endpoints.services.request_probe import request_probe
from endpoints.services.settle_probes import settle_probes
from jobs.models import Job, JobState
from jobs.services.work_job import work_job
from pki.address_guard import AllowRule
from tests.endpoints.conftest import ServiceOf
from tests.peers.running import openssl_server, sftp_server
from tests.pki.chains import Issued
from tests.truststores.conftest import Authority, authority, bring_in, leaf

pytestmark = pytest.mark.django_db
HOST = "127.0.0.1"


@pytest.fixture(autouse=True)
def open_loopback(settings: Any) -> None:
    settings.INTERNAL_PROBE_HOSTS = (
        AllowRule(network="127.0.0.0/8", ports=frozenset(range(1, 65536))),
    )


ROOT = authority("Probe root")
INTERMEDIATE = authority("Probe intermediate", ROOT)
OLD, NEW = (leaf(cn, INTERMEDIATE) for cn in ("old.example.org", "new.example.org"))


def issued(one: Authority) -> Issued:
    return Issued(certificate=one.certificate, key=one.key)


def probed(service: Service) -> Probe:
    """The probe of a service with one address, done as a worker does it."""
    (probe,) = request_probe(actor=None, service_id=service.pk)
    assert probe.job is not None
    work_job(job_id=probe.job.pk)
    assert Job.objects.get(pk=probe.job.pk).state == JobState.DONE
    return Probe.objects.get(pk=probe.pk)


def codes(probe: Probe) -> list[str]:
    return [str(one["code"]).removeprefix("probe.") for one in probe.differences]


def test_a_service_that_presents_what_it_should(service_of: ServiceOf, tmp_path: Path) -> None:
    _, _, row = bring_in(ROOT, INTERMEDIATE, OLD)
    with openssl_server(tmp_path, issued(OLD), issued(INTERMEDIATE)) as port:
        service = service_of("HTTPS", HOST, protocol="https", port=port, certificate=row)
        probe = probed(service)
    assert (probe.state, codes(probe)) == (ProbeState.SAME, [])
    assert probe.address == HOST
    service.refresh_from_db()
    assert service.probe_state == ProbeState.SAME
    assert service.probed_at is not None


def test_what_was_renewed_is_imported_accepted_and_then_right(
    service_of: ServiceOf, person: Callable[..., Any], tmp_path: Path
) -> None:
    somebody = person("operator")
    _, _, row = bring_in(ROOT, INTERMEDIATE, OLD)
    with openssl_server(tmp_path, issued(NEW), issued(INTERMEDIATE)) as port:
        service = service_of("HTTPS", HOST, protocol="https", port=port, certificate=row)
        probe = probed(service)
        assert (probe.state, codes(probe)) == (ProbeState.DIFFERENT, ["leaf_other"])
        with pytest.raises(EndpointRefused, match="not_imported"):
            accept_presented(actor=somebody, probe_id=probe.pk, revision=service.revision)
        token = uuid.uuid4()
        for _ in range(2):
            import_presented(actor=somebody, probe=probe, token=token)
        probe.refresh_from_db()
        assert probe.import_job is not None
        work_job(job_id=probe.import_job.pk)
        assert ImportBlock.objects.filter(job=probe.import_job).count() == 2
        with pytest.raises(EndpointChanged):
            accept_presented(actor=somebody, probe_id=probe.pk, revision=service.revision + 1)
        accept_presented(actor=somebody, probe_id=probe.pk, revision=service.revision)
        service.refresh_from_db()
        assert service.certificate == Certificate.objects.get(cn="new.example.org")
        assert service.chain_source == ChainSource.BUILT
        assert service.due_at is not None
        assert service.probe_state == ProbeState.SAME
        assert probed(service).state == ProbeState.SAME
    event = AuditEvent.objects.get(action="service.presented_accepted")
    assert event.actor_name == somebody.get_username()
    assert event.data["certificate"][1] == service.certificate.sha256


def test_a_chain_that_is_sent_in_another_way_is_given_when_it_is_accepted(
    service_of: ServiceOf, tmp_path: Path
) -> None:
    root, intermediate, row = bring_in(ROOT, INTERMEDIATE, OLD)
    with openssl_server(tmp_path, issued(OLD), issued(ROOT), issued(INTERMEDIATE)) as port:
        service = service_of("HTTPS", HOST, protocol="https", port=port, certificate=row)
        probe = probed(service)
        assert codes(probe) == ["chain_root"]
        assert probe.state == ProbeState.SAME, "a root that is sent as well does no harm"
        accept_presented(actor=None, probe_id=probe.pk, revision=service.revision)
        service.refresh_from_db()
        assert service.chain_source == ChainSource.GIVEN
        assert [one.certificate for one in service.chain.all()] == [root, intermediate]
        assert codes(probed(service)) == []


def test_a_missing_intermediate_is_named(service_of: ServiceOf, tmp_path: Path) -> None:
    _, _, row = bring_in(ROOT, INTERMEDIATE, OLD)
    with openssl_server(tmp_path, issued(OLD)) as port:
        service = service_of("HTTPS", HOST, protocol="https", port=port, certificate=row)
        probe = probed(service)
    assert (probe.state, codes(probe)) == (ProbeState.DIFFERENT, ["chain_missing"])
    assert "Probe intermediate" in str(probe.differences)


def test_client_authorities_are_compared_with_the_trust_store(
    service_of: ServiceOf, store_of: Callable[..., Any], tmp_path: Path
) -> None:
    partners = authority("Partners root")
    store = store_of("Partners", partners, usage="client")
    _, _, row = bring_in(ROOT, INTERMEDIATE, OLD)
    (tmp_path / "ca.pem").write_text(ROOT.pem)
    options = ("-Verify", "2", "-CAfile", tmp_path / "ca.pem")
    with openssl_server(tmp_path, issued(OLD), issued(INTERMEDIATE), options=options) as port:
        service = service_of(
            "HTTPS", HOST, protocol="https", port=port, certificate=row, client_store=store
        )
        probe = probed(service)
    assert codes(probe) == ["authority_not_named", "authority_unknown"]
    assert probe.presented["tls"]["client"] == "required"


def test_host_keys_are_seen_imported_accepted_and_a_changed_one_is_an_alarm(
    service_of: ServiceOf, person: Callable[..., Any], tmp_path: Path
) -> None:
    somebody = person("operator")
    first, second, other = (tmp_path / name for name in ("ed", "rsa", "other"))
    for path, kind in ((first, "ed25519"), (second, "rsa"), (other, "ed25519")):
        command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
        subprocess.run(command, check=True)
    with sftp_server(first, second) as port:
        service = service_of("SFTP", HOST, protocol="sftp", port=port)
        probe = probed(service)
        assert (probe.state, codes(probe)) == (ProbeState.SEEN, ["nothing_described"])
        import_presented(actor=somebody, probe=probe, token=uuid.uuid4())
        accept_presented(actor=somebody, probe_id=probe.pk, revision=service.revision)
        assert probed(service).state == ProbeState.SAME
    assert PublicKey.objects.count() == 2
    with sftp_server(other, second) as port:
        Service.objects.filter(pk=service.pk).update(port=port)
        probe = probed(service)
    assert (probe.state, codes(probe)) == (ProbeState.DIFFERENT, ["host_key_other"])


def test_a_closed_address_is_told_and_nobody_connects(service_of: ServiceOf, settings: Any) -> None:
    settings.INTERNAL_PROBE_HOSTS = ()
    with socket.create_server((HOST, 0)) as trap:
        trap.settimeout(0.2)
        service = service_of("HTTPS", HOST, protocol="https", port=trap.getsockname()[1])
        probe = probed(service)
        assert (probe.state, probe.error_code) == (ProbeState.REFUSED, "closed_loopback")
        with pytest.raises(TimeoutError):
            trap.accept()
    service.refresh_from_db()
    assert service.probe_state == ProbeState.REFUSED


def test_a_service_that_is_down_is_an_answer_and_no_failed_job(service_of: ServiceOf) -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    probe = probed(service_of("HTTPS", HOST, protocol="https", port=port))
    assert (probe.state, probe.error_code) == (ProbeState.UNREACHABLE, "refused")


def test_a_probe_under_way_is_not_asked_for_again(service_of: ServiceOf) -> None:
    service = service_of("HTTPS", "a.example", "b.example", protocol="https")
    first = request_probe(actor=None, service_id=service.pk)
    second = request_probe(actor=None, service_id=service.pk)
    assert [one.pk for one in first] == [one.pk for one in second]
    assert {one.host for one in first} == {"a.example", "b.example"}
    assert Job.objects.filter(kind="probe_service").count() == 2


def test_the_schedule_asks_what_is_due_and_no_more(
    service_of: ServiceOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    hour = timedelta(hours=1)
    service = service_of("Hourly", "a.example", protocol="https", probe_every=hour)
    service_of("On demand", "b.example", protocol="https")
    moment = timezone.now()
    assert plan_probes(moment=moment) == 1
    assert plan_probes(moment=moment) == 0
    service.refresh_from_db()
    assert service.probe_at == moment + hour
    assert [one.host for one in Probe.objects.all()] == ["a.example"]
    # The savepoint of the test's transaction, the question, the end of the savepoint.
    with django_assert_num_queries(3):
        assert plan_probes(moment=moment + hour / 2) == 0
    Probe.objects.update(state=ProbeState.SAME)
    assert plan_probes(moment=moment + hour) == 1
    assert Probe.objects.count() == 2


def test_old_probes_of_an_address_are_forgotten(service_of: ServiceOf) -> None:
    service = service_of("HTTPS", "a.example", "b.example", protocol="https")
    now = timezone.now()
    for host, count in (("a.example", KEPT + 3), ("b.example", 2)):
        Probe.objects.bulk_create(
            Probe(
                service=service,
                host=host,
                port=443,
                state=ProbeState.SAME,
                asked_at=now - timedelta(hours=age),
            )
            for age in range(count)
        )
    assert prune_probes(service_id=service.pk, host="a.example") == 3
    kept = Probe.objects.filter(host="a.example")
    assert kept.count() == KEPT
    assert kept.filter(asked_at=now).exists()
    assert Probe.objects.filter(host="b.example").count() == 2


def test_an_address_that_is_gone_no_longer_counts(service_of: ServiceOf) -> None:
    service = service_of("HTTPS", "a.example", protocol="https")
    Probe.objects.create(
        service=service,
        host="gone.example",
        port=443,
        state=ProbeState.DIFFERENT,
        asked_at=timezone.now(),
    )
    settle_probes(service_id=service.pk)
    service.refresh_from_db()
    assert service.probe_state == ""


def test_a_new_description_is_compared_with_what_was_seen_last(
    service_of: ServiceOf, tmp_path: Path
) -> None:
    _, _, old, new = bring_in(ROOT, INTERMEDIATE, OLD, NEW)
    with openssl_server(tmp_path, issued(NEW), issued(INTERMEDIATE)) as port:
        service = service_of("HTTPS", HOST, protocol="https", port=port, certificate=old)
        probe = probed(service)
        assert probe.state == ProbeState.DIFFERENT
    Service.objects.filter(pk=service.pk).update(certificate=new, due_at=timezone.now())
    judge_endpoints(moment=timezone.now())
    service.refresh_from_db()
    probe.refresh_from_db()
    assert (probe.state, service.probe_state) == (ProbeState.SAME, ProbeState.SAME)
    assert service.probed_at == probe.ended_at
