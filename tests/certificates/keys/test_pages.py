"""The pages of the key store."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.urls import reverse

from audit.models import AuditEvent
from certificates.models import (
    Certificate,
    KeyOrigin,
    KeyState,
    KeyUse,
    Label,
    Lifecycle,
    Owner,
    PrivateKey,
    PublicKey,
)
from certificates.services.add_key_use import add_key_use
from certificates.services.public_facts import public_facts
from jobs.models import Job
from jobs.services.work_job import work_job
from pki.key_generation import public_part
from tests.certificates.conftest import key_of, made
from tests.certificates.keys.material import pkcs8_of
from tests.pki.real_tools import run

pytestmark = pytest.mark.django_db
Stored = Callable[..., PrivateKey]
Add = Callable[..., list[Certificate]]
ALGORITHMS = ("RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448")


@pytest.fixture
def client(client_for: Callable[..., Any]) -> Any:
    return client_for("operator")


def url(name: str, *args: object) -> str:
    return reverse(f"certificates:{name}", args=args)


def page_of(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def public(number: int = 5) -> PublicKey:
    spki = public_part(pkcs8_of("Ed25519", number))
    moment = "2026-01-01T00:00:00Z"
    return PublicKey.objects.create(
        **public_facts(spki), name="theirs", container="openssh", created_at=moment
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_page_of_a_key_shows_what_openssl_prints(
    stored: Stored, client: Any, algorithm: str
) -> None:
    key = stored(algorithm)
    page = page_of(client, key.get_absolute_url())
    for digest in ("md5", "sha1", "sha256"):
        printed = run("openssl", "dgst", f"-{digest}", "-c", data=bytes(key.spki)).decode()
        assert printed.split()[-1] in page.replace("<wbr>", "")
    pem = run("openssl", "pkey", "-pubin", "-inform", "DER", data=bytes(key.spki)).decode()
    assert pem.strip() in page
    assert base64.b64encode(bytes.fromhex(key.spki_sha256)).decode() in page.replace("&#x2B;", "+")


def test_an_empty_store_says_how_to_begin(client: Any) -> None:
    assert "No private keys yet" in page_of(client, url("keys"))
    assert "No public keys yet" in page_of(client, url("public_keys"))


@pytest.mark.parametrize("algorithm", ["RSA-3072", "P-256", "P-384", "P-521", "Ed25519", "Ed448"])
def test_every_offered_kind_is_made(client: Any, algorithm: str) -> None:
    form = {
        "name": "web",
        "algorithm": algorithm,
        "token": str(uuid.uuid4()),
        "labels": "a, b",
        "new_owner_name": "Shop",
        "new_owner_kind": "application",
    }
    # A double click: the same form twice.
    answers = [client.post(url("key_new"), form) for _ in range(2)]
    key = PrivateKey.objects.get()
    assert {answer["Location"] for answer in answers} == {key.get_absolute_url()}
    assert key.algorithm.replace("EC ", "") == algorithm.removesuffix("-3072")
    assert (key.origin, key.state) == (KeyOrigin.GENERATED, KeyState.PRE_ACTIVE)
    assert list(key.labels.values_list("name", flat=True)) == ["a", "b"]
    assert key.owner == Owner.objects.get(name="Shop", kind="application")


def test_a_large_key_is_a_job_that_leads_to_the_key(client: Any) -> None:
    form = {"name": "big", "algorithm": "RSA-4096", "token": str(uuid.uuid4())}
    answers = [client.post(url("key_new"), form) for _ in range(2)]
    job = Job.objects.get(kind="generate_key")
    assert {answer["Location"] for answer in answers} == {url("key_making", job.pk)}
    assert "being looked for" in page_of(client, url("key_making", job.pk))
    assert work_job(job_id=job.pk)
    key = PrivateKey.objects.get()
    assert (key.name, key.size) == ("big", 4096)
    assert client.get(url("key_making", job.pk))["Location"] == key.get_absolute_url()
    swapped = client.get(url("key_making", job.pk), headers={"HX-Request": "true"})
    assert swapped["HX-Redirect"] == key.get_absolute_url()


def test_a_kind_that_is_not_offered_is_refused(client: Any) -> None:
    answer = client.post(url("key_new"), {"name": "x", "algorithm": "RSA-1024"})
    assert answer.status_code == 400
    assert not PrivateKey.objects.exists()


def hex_with_colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2)).upper()


def in_base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()


@pytest.mark.parametrize(
    "text",
    [
        lambda key: key.spki_sha256,
        lambda key: key.spki_sha256[:12],
        lambda key: hex_with_colons(key.spki_sha1),
        lambda key: in_base64(key.spki_sha256),
        lambda key: f"SHA256:{in_base64(key.ssh_sha256).rstrip('=')}",
        lambda key: f"SHA1:{in_base64(key.ssh_sha1).rstrip('=')}",
        lambda key: f"MD5:{hex_with_colons(key.ssh_md5).lower()}",
        lambda key: "front DOOR",
        lambda key: "shop@example",
    ],
)
def test_a_key_is_found_by_name_owner_and_any_notation_of_its_fingerprint(
    stored: Stored, client: Any, text: Callable[[PrivateKey], str]
) -> None:
    owner = Owner.objects.create(kind="application", name="Shop", email="shop@example.com")
    key = stored("Ed25519", name="the front door", owner=owner)
    stored("P-256", name="something else")
    found = client.get(url("keys"), {"q": text(key)}).context["page"].rows
    assert found == [key]


def test_a_key_is_found_by_its_openssh_line(stored: Stored, client: Any) -> None:
    key = stored("Ed25519")
    stored("P-256")
    line = client.get(key.get_absolute_url()).context["faces"].openssh_line
    assert client.get(url("keys"), {"q": line}).context["page"].rows == [key]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"algorithm": "EC"}, 1),
        ({"algorithm": "RSA"}, 0),
        ({"state": "active"}, 1),
        ({"state": "pre_active"}, 1),
        ({"origin": "generated"}, 1),
        ({"label": "x"}, 1),
        ({"owner_kind": "person"}, 1),
        ({"owner_kind": "application"}, 0),
        ({"q": "%"}, 0),
        ({"q": "a" * 5000}, 0),
    ],
)
def test_filters(stored: Stored, client: Any, query: dict[str, str], count: int) -> None:
    somebody = Owner.objects.create(kind="person", name="Ada")
    stored("P-256", labels=("x",), owner=somebody)
    stored("Ed25519", origin=KeyOrigin.GENERATED)
    assert client.get(url("keys"), query).context["page"].count == count


def test_the_known_hosts_line_is_one_that_ssh_keygen_finds(
    stored: Stored, client: Any, tmp_path: Path
) -> None:
    key = stored("Ed25519")
    told = {"hosts": "sftp.example.com, 192.0.2.7", "port": "2222", "hashed": "on"}
    lines = client.get(key.get_absolute_url(), told).context["known_hosts"]
    assert len(lines) == 2
    file = tmp_path / "known_hosts"
    file.write_text("\n".join(lines) + "\n")
    found = run("ssh-keygen", "-F", "[sftp.example.com]:2222", "-f", file).decode()
    assert lines[0].split()[-1] in found


@pytest.mark.parametrize(
    "query",
    [
        {"hosts": "a*b"},
        {"hosts": "a", "port": "99999"},
        {"hosts": ""},
        {"comment": "", "options": 'from="x'},
        {"comment": "a\nb", "options": ""},
    ],
)
def test_a_line_that_cannot_be_is_an_error_beside_its_field(
    stored: Stored, client: Any, query: dict[str, str]
) -> None:
    answer = client.get(stored("Ed25519").get_absolute_url(), query)
    assert answer.status_code == 200
    assert answer.context["hosts_form"].errors or answer.context["account_form"].errors


def test_the_authorized_keys_line_takes_options(stored: Stored, client: Any) -> None:
    query = {"comment": "upload", "options": 'restrict,from="192.0.2.0/24,198.51.100.1"'}
    line = client.get(stored("Ed25519").get_absolute_url(), query).context["authorized_keys"]
    assert line.startswith('restrict,from="192.0.2.0/24,198.51.100.1" ssh-ed25519 ')
    assert line.endswith(" upload")


@pytest.mark.parametrize("form", ["pem", "der", "openssh"])
def test_the_public_key_is_a_file(stored: Stored, client: Any, form: str) -> None:
    key = stored("Ed25519")
    answer = client.get(url("key_download", key.pk), {"form": form})
    assert answer.status_code == 200
    assert b"PRIVATE" not in answer.content
    assert client.get(url("key_download", stored("Ed448").pk), {"form": "x"}).status_code == 404


def of_certificate(name: str) -> bytes:
    return key_of(name).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def test_a_live_and_a_retired_certificate_are_warned_of(
    stored: Stored, client: Any, add: Add
) -> None:
    old, _ = add(made("old", key="shared"), made("new", key="shared"))
    key = stored(pkcs8=of_certificate("shared"))
    assert "retired one" not in page_of(client, key.get_absolute_url())
    Certificate.objects.filter(pk=old.pk).update(lifecycle=Lifecycle.RETIRED)
    assert "A live certificate (new) and a retired one (old)" in page_of(
        client, key.get_absolute_url()
    )


def test_ssh_and_tls_at_once_are_warned_of(stored: Stored, client: Any, add: Add) -> None:
    add(made("both"))
    key = stored(pkcs8=of_certificate("both"))
    assert "for SSH and for TLS" not in page_of(client, key.get_absolute_url())
    add_key_use(actor=None, key=key, protocol="ssh", place="sftp.example.com")
    assert "for SSH and for TLS" in page_of(client, key.get_absolute_url())


def test_certificates_of_several_organizations_are_warned_of(
    stored: Stored, client: Any, add: Add
) -> None:
    add(
        made("one", key="several", organization="Partner A"),
        made("two", key="several", organization="Partner B"),
    )
    key = stored(pkcs8=of_certificate("several"))
    assert "serves several partners: Partner A, Partner B" in page_of(
        client, key.get_absolute_url()
    )


def test_a_use_is_noted_once_and_forgotten(stored: Stored, client: Any) -> None:
    key = stored()
    told = {"protocol": "tls", "place": "ftps.example.com", "partner": ""}
    for _ in range(2):
        client.post(url("key_use", key.pk), told)
    use = KeyUse.objects.get()
    assert "ftps.example.com" in page_of(client, key.get_absolute_url())
    client.post(url("key_use", key.pk), {"remove": str(use.pk)})
    assert not KeyUse.objects.exists()
    assert AuditEvent.objects.latest("sequence").action == "key.use_removed"


def test_a_use_of_another_key_is_not_forgotten(stored: Stored, client: Any) -> None:
    one, other = stored("P-256"), stored("Ed25519")
    add_key_use(actor=None, key=other, protocol="ssh", place="x")
    client.post(url("key_use", one.pk), {"remove": str(KeyUse.objects.get().pk)})
    assert KeyUse.objects.exists()


def test_a_state_is_changed_with_a_reason(stored: Stored, client: Any) -> None:
    key = stored()
    answer = client.post(url("key_state", key.pk), {"state": "suspended", "reason": ""})
    assert answer.status_code == 400
    client.post(url("key_state", key.pk), {"state": "suspended", "reason": "lost laptop"})
    page = page_of(client, key.get_absolute_url())
    assert "lost laptop" in page
    assert 'data-state="suspended"' in page


def test_destroying_needs_a_second_yes(stored: Stored, client: Any) -> None:
    key = stored()
    told = {"state": "destroyed", "reason": "replaced"}
    answer = client.post(url("key_state", key.pk), told)
    assert answer.status_code == 400
    assert "Tick this to destroy the key" in answer.content.decode()
    assert PrivateKey.objects.get().state == KeyState.ACTIVE
    client.post(url("key_state", key.pk), told | {"sure": "on"})
    assert PrivateKey.objects.get().state == KeyState.DESTROYED


def test_a_forbidden_transition_is_refused_by_the_form(stored: Stored, client: Any) -> None:
    key = stored()
    told = {"state": "pre_active", "reason": "back"}
    assert client.post(url("key_state", key.pk), told).status_code == 400


def test_what_people_say_about_a_key_is_changed(stored: Stored, client: Any) -> None:
    key = stored(labels=("old",))
    told = {"name": " new  name ", "labels": "fresh", "note": "n", "new_owner_name": "Ada"}
    assert client.post(url("key_edit", key.pk), told).status_code == 302
    key.refresh_from_db()
    assert (key.name, key.note, key.owner and key.owner.name) == ("new name", "n", "Ada")
    assert list(Label.objects.values_list("name", flat=True)) == ["fresh"]


def test_a_public_key_is_edited_and_forgotten_after_a_question(client: Any) -> None:
    key = public()
    assert client.get(url("public_key", key.pk)).status_code == 200
    assert client.post(url("public_key_edit", key.pk), {"name": "partner"}).status_code == 302
    add_key_use(actor=None, key=key, protocol="ssh", place="x")
    assert "Delete" in client.post(url("public_key_delete", key.pk)).content.decode()
    assert PublicKey.objects.exists()
    client.post(url("public_key_delete", key.pk), {"confirmed": "1"})
    assert not PublicKey.objects.exists()
    assert not KeyUse.objects.exists()


def test_hostile_names_stay_text(stored: Stored, client: Any) -> None:
    key = stored(name="<script>alert(1)</script>\u202e")
    for address in (url("keys"), key.get_absolute_url(), url("key_edit", key.pk)):
        assert "<script>alert(1)" not in page_of(client, address)


@pytest.mark.parametrize("role", ["auditor", None])
def test_readers_see_keys_and_no_way_to_change_them(
    stored: Stored, client_for: Callable[..., Any], role: str | None
) -> None:
    key = stored()
    page = page_of(client_for(role), key.get_absolute_url())
    assert "Change the state" not in page
    assert url("key_edit", key.pk) not in page
