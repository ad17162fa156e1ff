"""A private key on its way out: who, after what, and what opens the file (threat 6)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from certificates.models import Certificate, KeyState, PrivateKey, SealedKey
from certificates.services.change_key_state import change_key_state
from certificates.services.open_private_key import EXPORT, open_private_key
from tests.pki.real_tools import run

pytestmark = pytest.mark.django_db
Stored = Callable[..., PrivateKey]
PASSPHRASE = "quite a long passphrase é"
FIVE_MINUTES = 300


def form(**changes: str) -> dict[str, str]:
    given = {
        "form": "pkcs8",
        "passphrase": PASSPHRASE,
        "passphrase_again": PASSPHRASE,
        "reason": "move to the new server",
    }
    return given | changes


def signed_in_again(client: Client, ago: float = 0) -> Client:
    """As if the password had been given again so many seconds ago."""
    asked = client.post(reverse("account_reauthenticate"), {"password": "correct horse 9"})
    assert asked.status_code == 302
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= ago
    session.save()
    return client


@pytest.fixture
def client(client_for: Callable[..., Client]) -> Client:
    return signed_in_again(client_for("custodian"))


def address(key: PrivateKey, name: str = "key_export") -> str:
    return reverse(f"certificates:{name}", args=[key.pk])


def test_openssl_opens_the_file_with_the_passphrase_and_not_without(
    stored: Stored, client: Client, tmp_path: Path
) -> None:
    key = stored("RSA-2048")
    answer = client.post(address(key), form())
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == 'attachment; filename="a_key.key.pem"'
    file = tmp_path / "key.pem"
    file.write_bytes(answer.content)
    opened = run(
        "openssl",
        "pkey",
        "-in",
        file,
        "-passin",
        f"pass:{PASSPHRASE}",
        "-pubout",
        "-outform",
        "DER",
    )
    assert opened == bytes(key.spki)
    wrong = subprocess.run(
        ["openssl", "pkey", "-in", file, "-passin", "pass:another"],
        capture_output=True,
        check=False,
    )
    assert wrong.returncode != 0


def test_a_pkcs12_holds_the_certificate_and_its_chain(
    stored: Stored, client: Client, tmp_path: Path, add: Callable[..., list[Certificate]]
) -> None:
    from cryptography.hazmat.primitives import serialization

    from tests.certificates.conftest import key_of, made

    leaf, _ = add(made("leaf", "root"), made("root", ca=True))
    pkcs8 = key_of("leaf").private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = stored(pkcs8=pkcs8)
    assert key.spki_sha256 == leaf.spki_sha256
    answer = client.post(address(key), form(form="pkcs12", certificate=str(leaf.pk)))
    assert answer.status_code == 200, answer.content.decode()
    file = tmp_path / "key.p12"
    file.write_bytes(answer.content)
    said = run("openssl", "pkcs12", "-in", file, "-passin", f"pass:{PASSPHRASE}", "-nodes", "-info")
    assert said.count(b"BEGIN CERTIFICATE") == 2
    assert said.count(b"BEGIN PRIVATE KEY") == 1
    assert AuditEvent.objects.latest("sequence").data["certificate_sha256"] == leaf.sha256


def test_ssh_keygen_opens_the_openssh_form(stored: Stored, client: Client, tmp_path: Path) -> None:
    key = stored("Ed25519")
    answer = client.post(address(key), form(form="openssh"))
    file = tmp_path / "key"
    file.write_bytes(answer.content)
    file.chmod(0o600)
    said = run("ssh-keygen", "-y", "-P", PASSPHRASE, "-f", file).decode()
    assert said.startswith("ssh-ed25519 ")


def test_the_log_has_it_with_the_reason_and_without_the_passphrase(
    stored: Stored, client: Client
) -> None:
    client.post(address(stored()), form())
    event = AuditEvent.objects.latest("sequence")
    assert event.action == "key.exported"
    assert event.actor_name == "the-custodian"
    assert event.data["reason"] == "move to the new server"
    assert PASSPHRASE not in str(event.data)


def test_nothing_leaves_that_the_log_does_not_take(
    stored: Stored, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = stored()

    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("certificates.services.export_private_key.record", fail)
    client.raise_request_exception = False
    answer = client.post(address(key), form())
    assert answer.status_code == 500
    assert b"PRIVATE KEY" not in answer.content


@pytest.mark.parametrize(("ago", "asked"), [(FIVE_MINUTES - 5, False), (FIVE_MINUTES + 1, True)])
def test_after_five_minutes_one_signs_in_again(
    stored: Stored, client_for: Callable[..., Client], ago: float, asked: bool
) -> None:
    key = stored()
    client = signed_in_again(client_for("custodian"), ago)
    for answer in (client.get(address(key, "key_export_form")), client.post(address(key), form())):
        if asked:
            assert answer.status_code == 302
            assert answer["Location"].startswith(reverse("account_reauthenticate"))
            assert b"PRIVATE KEY" not in answer.content
        else:
            assert answer.status_code == 200
    # The form that waited for the sign-in is forgotten, and its passphrase with it.
    for session in Session.objects.all():
        assert PASSPHRASE not in str(session.get_decoded())


def test_an_ordinary_sign_in_is_not_enough(
    stored: Stored, client_for: Callable[..., Client]
) -> None:
    answer = client_for("administrator").post(address(stored()), form())
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_signing_in_again_leads_back_to_the_form(
    stored: Stored, client_for: Callable[..., Client]
) -> None:
    client = client_for("custodian")
    asked = client.get(address(stored(), "key_export_form"))
    answer = client.post(asked["Location"], {"password": "correct horse 9"}, follow=True)
    assert "Export the private key" in answer.content.decode()


def test_get_is_no_way_to_a_key(stored: Stored, client: Client) -> None:
    assert client.get(address(stored())).status_code == 405


@pytest.mark.parametrize("role", ["operator", "auditor", None])
def test_others_may_not(
    stored: Stored, client_for: Callable[..., Client], role: str | None
) -> None:
    key = stored()
    client = signed_in_again(client_for(role))
    assert client.get(address(key, "key_export_form")).status_code == 403
    assert client.post(address(key), form()).status_code == 403
    assert "Export private key" not in client.get(key.get_absolute_url()).content.decode()


def test_without_encryption_takes_a_right_of_its_own(
    stored: Stored, client: Client, person: Callable[..., User]
) -> None:
    key = stored()
    answer = client.post(address(key), {"form": "plain", "reason": "an old appliance"})
    assert b"-----BEGIN PRIVATE KEY-----" in answer.content
    assert AuditEvent.objects.latest("sequence").action == "key.exported_plain"

    from django.contrib.auth.models import Permission

    someone = person(None, "exporter")
    someone.user_permissions.add(Permission.objects.get(codename="export_private_key"))
    other = Client()
    other.force_login(someone)
    answer = signed_in_again(other).post(address(key), {"form": "plain", "reason": "an appliance"})
    assert answer.status_code == 400
    assert b"-----BEGIN" not in answer.content


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"passphrase": "", "passphrase_again": ""}, "Give a passphrase"),
        ({"passphrase_again": "something else"}, "The two passphrases differ"),
        ({"passphrase": "short", "passphrase_again": "short"}, "passphrase is too short"),
        ({"passphrase": "password1234", "passphrase_again": "password1234"}, "too common"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_leaves(
    stored: Stored, client: Client, changes: dict[str, str], sentence: str
) -> None:
    answer = client.post(address(stored()), form(**changes))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert sentence in page
    assert PASSPHRASE not in page
    assert not AuditEvent.objects.filter(action__startswith="key.exported").exists()


def test_a_swapped_key_is_refused_on_the_page(stored: Stored, client: Client) -> None:
    one, other = stored("P-256"), stored("Ed25519")
    sealed = bytes(SealedKey.objects.get(key=other).sealed)
    SealedKey.objects.filter(key=one).update(sealed=sealed)
    answer = client.post(address(one), form())
    assert answer.status_code == 400
    assert re.search(r"not those that were sealed", answer.content.decode())
    assert AuditEvent.objects.latest("sequence").action == "key.refused"


def test_a_suspended_key_stays(stored: Stored, client: Client) -> None:
    key = stored()
    change_key_state(actor=None, key=key, state=KeyState.SUSPENDED, reason="why")
    answer = client.post(address(key), form())
    assert "is suspended" in answer.content.decode()
    change_key_state(actor=None, key=key, state=KeyState.ACTIVE, reason="why")
    assert open_private_key(key=key, purpose=EXPORT)
