"""The pages of probes: what they say, who may press what."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from endpoints.models import Probe, ProbeState, Service
from endpoints.presented import compare
from endpoints.services.expect_presented import expect_presented
from jobs.models import Job
from pki.formats.write import write_pem
from tests.endpoints.conftest import ServiceOf
from tests.truststores.conftest import authority, bring_in, leaf

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str | None], Client]

ROOT = authority("Probe page root")
OLD, NEW = (leaf(cn, ROOT) for cn in ("old.example.org", "new.example.org"))


@pytest.fixture
def service(service_of: ServiceOf) -> Service:
    _, old = bring_in(ROOT, OLD)
    return service_of("HTTPS", "old.example.org", protocol="https", certificate=old)


def seen(service: Service, name: str = "new.example.org", **more: Any) -> Probe:
    """A probe that saw another certificate, without asking the network."""
    one = NEW if name.startswith("new") else OLD
    presented = {
        "tls": {
            "version": "TLSv1.3",
            "cipher": "TLS_AES_256_GCM_SHA384",
            "client": "no",
            "alert": "",
            "auth": "",
            "ca_names": [],
            "certificates": [
                {
                    "sha256": _sha256(one.der),
                    "name": name,
                    "subject": f"CN={name}",
                    "issuer": "CN=Probe page root",
                    "serial": "01",
                    "not_before": "2026-01-01T00:00:00+00:00",
                    "not_after": "2020-01-01T00:00:00+00:00",
                    "self_issued": False,
                    "key": "EC P-256",
                }
            ],
        },
        "expected": expect_presented(service, moment=timezone.now()),
    }
    values: dict[str, Any] = {
        "service": service,
        "host": "old.example.org",
        "port": 443,
        "state": ProbeState.DIFFERENT,
        "address": "192.0.2.7",
        "presented": presented,
        "differences": [found.to_json() for found in compare(presented)],
        "pem": write_pem([one.der]).decode(),
        "asked_at": timezone.now(),
        "ended_at": timezone.now(),
    }
    return Probe.objects.create(**values | more)


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    content: bytes = answer.content
    return content.decode()


def test_both_sides_and_what_follows(client_for: ClientFor, service: Service) -> None:
    page = text_of(client_for("operator"), seen(service).get_absolute_url())
    assert 'data-probe="different"' in page
    assert "new.example.org" in page
    assert "old.example.org" in page
    assert "Not in the inventory" in page
    assert "Expired" in page
    assert "Import what was seen" in page
    assert "This is right" not in page, "it has to be imported first"


def test_what_is_imported_can_be_accepted_once(client_for: ClientFor, service: Service) -> None:
    (new,) = bring_in(NEW)
    probe = seen(service)
    client = client_for("operator")
    assert "present this certificate" in text_of(client, probe.get_absolute_url())
    url = reverse("endpoints:probe_accept", args=[probe.pk])
    client.post(url, {"revision": service.revision})
    client.post(url, {"revision": service.revision})
    service.refresh_from_db()
    assert service.certificate == new
    assert AuditEvent.objects.filter(action="service.presented_accepted").count() == 1
    page = text_of(client, probe.get_absolute_url())
    assert 'data-probe="same"' in page
    assert "This is right" not in page


@pytest.mark.parametrize("elsewhere", [{"host": "gone.example.org"}, {"port": 8443}])
def test_what_was_seen_at_another_address_is_not_accepted(
    client_for: ClientFor, service: Service, elsewhere: dict[str, Any]
) -> None:
    bring_in(NEW)
    probe = seen(service, **elsewhere)
    url = reverse("endpoints:probe_accept", args=[probe.pk])
    answer = client_for("operator").post(url, {"revision": service.revision}, follow=True)
    assert "where the service is no longer reached" in answer.content.decode()
    before = service.certificate
    service.refresh_from_db()
    assert service.certificate == before


def test_a_reader_sees_everything_and_no_button(client_for: ClientFor, service: Service) -> None:
    probe = seen(service)
    client = client_for("auditor")
    for url in (
        probe.get_absolute_url(),
        service.get_absolute_url(),
        reverse("endpoints:service_probes", args=[service.pk]),
    ):
        page = text_of(client, url)
        assert "another certificate" in page
        for word in ("Probe now", "Probe again", "Import what was seen", "This is right"):
            assert word not in page


def test_import_asks_for_the_ordinary_import(client_for: ClientFor, service: Service) -> None:
    probe = seen(service)
    client = client_for("operator")
    url = reverse("endpoints:probe_import", args=[probe.pk])
    token = "00000000-0000-4000-8000-000000000007"
    for _ in range(2):
        client.post(url, {"token": token})
    assert Job.objects.filter(kind="import").count() == 1
    assert "being imported" in text_of(client, probe.get_absolute_url())


def test_asking_leads_to_the_probe_and_the_job_leads_there_too(
    client_for: ClientFor, service: Service
) -> None:
    client = client_for("operator")
    url = reverse("endpoints:service_probe", args=[service.pk])
    first, second = client.post(url), client.post(url)
    assert first["Location"] == second["Location"], "one that is under way is enough"
    probe = Probe.objects.get()
    assert first["Location"] == probe.get_absolute_url()
    assert probe.job is not None
    assert "Looking" in text_of(client, probe.get_absolute_url())
    of_job = client.get(reverse("endpoints:probe_of_job", args=[probe.job.pk]))
    assert of_job["Location"] == probe.get_absolute_url()
    assert "A probe is under way" in text_of(client, service.get_absolute_url())
    assert AuditEvent.objects.filter(action="service.probe_requested").exists()


def test_a_service_without_an_address_says_so(client_for: ClientFor, service_of: ServiceOf) -> None:
    service = service_of("Nowhere", protocol="https")
    client = client_for("operator")
    answer = client.post(reverse("endpoints:service_probe", args=[service.pk]), follow=True)
    assert "no address yet" in answer.content.decode()
    assert not Probe.objects.exists()


def test_a_closed_address_tells_which_setting_opens_it(
    client_for: ClientFor, service: Service
) -> None:
    probe = seen(
        service,
        state=ProbeState.REFUSED,
        presented={},
        differences=[],
        pem="",
        error_code="closed_private",
        error_data={
            "why": "private",
            "host": "old.example.org",
            "address": "10.1.2.3",
            "port": 443,
        },
    )
    page = text_of(client_for(None), probe.get_absolute_url())
    assert "PKIADMIN_INTERNAL_PROBE_HOSTS to old.example.org:443" in page


def test_words_of_a_server_are_shown_and_not_obeyed(
    client_for: ClientFor, service: Service
) -> None:
    probe = seen(
        service,
        state=ProbeState.UNREACHABLE,
        presented={},
        differences=[],
        pem="",
        error_code="not_tls",
        error_data={"said": "<script>alert(1)</script> {said} %s", "host": "x", "port": 1},
    )
    page = text_of(client_for(None), probe.get_absolute_url())
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {said} %s" in page


def test_an_earlier_probe_points_to_the_newer_one_and_offers_nothing(
    client_for: ClientFor, service: Service
) -> None:
    old = seen(service, asked_at=timezone.now() - timedelta(days=1))
    seen(service)
    page = text_of(client_for("operator"), old.get_absolute_url())
    assert "An earlier probe" in page
    assert "Import what was seen" not in page


def test_the_overview_names_services_that_present_something_else(
    client_for: ClientFor, service: Service
) -> None:
    client = client_for(None)
    assert "Presents something else" not in text_of(client, reverse("home"))
    Service.objects.update(probe_state=ProbeState.DIFFERENT, probed_at=timezone.now())
    page = text_of(client, reverse("home"))
    assert "Presents something else" in page
    assert service.get_absolute_url() in page
    services = reverse("endpoints:services")
    assert f"{services}?probe=astray" in page
    assert service.name in text_of(client, f"{services}?probe=astray")
    assert service.get_absolute_url() not in text_of(client, f"{services}?probe=same")
    assert "The live service presents something else" in text_of(client, service.get_absolute_url())
