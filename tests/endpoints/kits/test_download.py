"""An archive on its way out: who, after what, proven, and what never leaves (threats 2, 3, 6)."""

from __future__ import annotations

import io
import logging
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from certificates.models import Certificate, KeyState, PrivateKey, SealedKey
from certificates.services.change_key_state import change_key_state
from certificates.services.open_private_key import EXPORT, open_private_key
from endpoints.models import Kit, KitStage
from pki.kits import files as kit_files
from pki.kits.archive import unpack
from pki.kits.identity import read_identity
from pki.kits.meeting import Side
from pki.kits.proof import prove
from pki.kits.readme import readme
from tests.certificates.keys.material import notations, secrets_of
from tests.certificates.keys.test_canary import database_files
from tests.endpoints.kits.conftest import PHRASE, form, key_of, signed_in_again
from tests.pki.chains import DAY
from tests.pki.kits.made import NOW, client_pair, issued_pair, server_pair

pytestmark = pytest.mark.django_db

Made = Callable[..., Kit]
StoredPair = Callable[..., Certificate]
ClientFor = Callable[..., Client]
BOTH = pytest.mark.parametrize("side", Side)


def address(kit: Kit, side: Side, name: str = "kit_download") -> str:
    return reverse(f"endpoints:{name}", args=[kit.pk, side.value])


def downloaded(answer: Any) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.content.decode()
    assert answer["Content-Type"] == "application/zip"
    return dict(unpack(answer.content))


def is_archive(answer: Any) -> bool:
    return bool(answer.content.startswith(b"PK"))


def last_actions(count: int) -> list[str]:
    events = AuditEvent.objects.order_by("-sequence")[:count]
    return [one.action for one in reversed(events)]


def test_the_two_archives_connect_with_each_other_and_hold_what_is_theirs(
    made: Made, custodian: Client
) -> None:
    kit = made()
    read = {}
    for side in Side:
        answer = custodian.post(address(kit, side), form())
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Disposition"] == (
            f'attachment; filename="alice_at_Partners-{side}.zip"'
        )
        files = downloaded(answer)
        pem = {name for name in files if name.endswith(".pem")}
        assert pem == {f"{side}_cert.pem", f"{side}_key.pem", f"{side.other}_cert.pem"}
        read[side] = read_identity(files, side, passphrase=PHRASE.encode())
    proof = prove(
        server=read[Side.SERVER],
        client=read[Side.CLIENT],
        addresses=("ftp.example.com", "10.1.2.3"),
        moment=NOW + DAY,
    )
    assert proof.passed
    assert proof.complete


@BOTH
def test_the_log_has_the_key_and_the_archive_with_the_reason(
    made: Made, custodian: Client, side: Side
) -> None:
    kit = made()
    custodian.post(address(kit, side), form())
    assert last_actions(2) == ["key.exported", "kit.downloaded"]
    key, archive = AuditEvent.objects.order_by("-sequence")[:2][::-1]
    assert key.data["reason"] == archive.data["reason"] == "for the new server"
    assert archive.data["side"] == side.value
    assert archive.subject_text == kit.name
    assert PHRASE not in str(key.data) + str(archive.data)


def test_without_encryption_takes_a_right_of_its_own(
    made: Made, custodian: Client, person: Callable[..., Any]
) -> None:
    from django.contrib.auth.models import Permission

    kit = made()
    plain = {"form": "plain", "reason": "an old appliance"}
    files = downloaded(custodian.post(address(kit, Side.SERVER), plain))
    assert files["server_key.pem"].startswith(b"-----BEGIN PRIVATE KEY-----")
    assert b"NOT encrypted" in files["README.txt"]
    assert last_actions(2) == ["key.exported_plain", "kit.downloaded"]
    someone = person("operator", "exporter")
    someone.user_permissions.add(Permission.objects.get(codename="export_private_key"))
    other = Client()
    other.force_login(someone)
    answer = signed_in_again(other).post(address(kit, Side.SERVER), plain)
    assert answer.status_code == 400
    assert not is_archive(answer)


@BOTH
@pytest.mark.parametrize("role", ["operator", "auditor", None])
def test_others_may_not(made: Made, client_for: ClientFor, side: Side, role: str | None) -> None:
    kit = made()
    client = signed_in_again(client_for(role))
    assert client.get(address(kit, side, "kit_download_form")).status_code == 403
    answer = client.post(address(kit, side), form())
    assert answer.status_code == 403
    assert "Download for" not in client.get(kit.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("ago", "asked"), [(295, False), (301, True)])
def test_after_five_minutes_one_signs_in_again(
    made: Made, client_for: ClientFor, ago: float, asked: bool
) -> None:
    kit = made()
    client = signed_in_again(client_for("custodian"), ago)
    page = client.get(address(kit, Side.CLIENT, "kit_download_form"))
    answer = client.post(address(kit, Side.CLIENT), form())
    if asked:
        for one in (page, answer):
            assert one.status_code == 302
            assert one["Location"].startswith(reverse("account_reauthenticate"))
        again = client.post(page["Location"], {"password": "correct horse 9"}, follow=True)
        assert "Prove and download" in again.content.decode()
    else:
        assert page.status_code == 200
        assert is_archive(answer)
    for session in Session.objects.all():
        assert PHRASE not in str(session.get_decoded())


def test_get_is_no_way_to_an_archive(made: Made, custodian: Client) -> None:
    assert custodian.get(address(made(), Side.SERVER)).status_code == 405


def test_a_side_that_is_none_and_a_kit_that_is_only_begun_have_no_archive(
    begun: Callable[..., Kit], made: Made, custodian: Client
) -> None:
    kit = begun()
    assert custodian.post(address(kit, Side.SERVER), form()).status_code == 404
    other = address(made(account_name="bob"), Side.SERVER).replace("server", "both")
    assert custodian.post(other, form()).status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"passphrase": "", "passphrase_again": ""}, "Give a passphrase"),
        ({"passphrase_again": "something else"}, "The two passphrases differ"),
        ({"passphrase": "short", "passphrase_again": "short"}, "passphrase is too short"),
        ({"reason": ""}, "This field is required"),
        ({"form": "pkcs12"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_leaves(
    made: Made, custodian: Client, changes: dict[str, str], sentence: str
) -> None:
    answer = custodian.post(address(made(), Side.SERVER), form(**changes))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert PHRASE not in answer.content.decode()
    assert not AuditEvent.objects.filter(action__in=("key.exported", "kit.downloaded")).exists()


# Proven, or not handed out -----------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("swapped", Side)
def test_a_sealed_key_that_was_swapped_keeps_both_archives_here(
    made: Made, custodian: Client, side: Side, swapped: Side
) -> None:
    kit = made()
    other = made(account_name="bob")
    key, foreign = (key_of(one.certificate_of(swapped)) for one in (kit, other))
    SealedKey.objects.filter(key=key).update(
        sealed=bytes(SealedKey.objects.get(key=foreign).sealed)
    )
    answer = custodian.post(address(kit, side), form())
    assert answer.status_code == 400
    assert "not those that were sealed" in answer.content.decode()
    assert last_actions(1) == ["key.refused"]
    assert not AuditEvent.objects.filter(action__in=("key.exported", "kit.downloaded")).exists()


@BOTH
def test_a_certificate_that_has_ended_keeps_both_archives_here(
    made: Made, stored_pair: StoredPair, custodian: Client, side: Side
) -> None:
    kit = made(addresses=("ftp.example.com",))
    ended = stored_pair(server_pair("ftp.example.com", began=NOW - 400 * DAY, days=10))
    Kit.objects.filter(pk=kit.pk).update(server_certificate=ended)
    answer = custodian.post(address(kit, side), form())
    assert answer.status_code == 400
    assert "error 10 at depth 0: certificate has expired" in answer.content.decode()
    # It did not leave, and so it was not exported.
    assert not AuditEvent.objects.filter(action__in=("key.exported", "kit.downloaded")).exists()


def test_a_key_that_would_come_to_the_other_side_keeps_the_archive_here(
    made: Made, custodian: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the code that writes a README had a bug of the worst kind."""
    kit = made()
    foreign = open_private_key(key=key_of(kit.client_certificate), purpose=EXPORT)
    from pki.formats.export_key import export_pkcs8_unencrypted

    leaking = export_pkcs8_unencrypted(foreign).decode()
    monkeypatch.setattr(kit_files, "readme", lambda letter: readme(letter) + leaking)
    answer = custodian.post(address(kit, Side.SERVER), form())
    assert answer.status_code == 400
    assert "README.txt did not pass the last look" in answer.content.decode()
    assert b"PRIVATE KEY" not in answer.content
    assert not AuditEvent.objects.filter(action__in=("key.exported", "kit.downloaded")).exists()


@pytest.mark.parametrize(
    "place", ["endpoints.services.make_kit_download", "certificates.services.export_private_key"]
)
def test_nothing_leaves_that_the_log_does_not_take(
    made: Made, custodian: Client, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    kit = made()

    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(f"{place}.record", fail)
    custodian.raise_request_exception = False
    answer = custodian.post(address(kit, Side.SERVER), form())
    assert answer.status_code == 500
    assert not is_archive(answer)


@BOTH
def test_a_suspended_key_of_either_side_keeps_both_here(
    made: Made, custodian: Client, side: Side
) -> None:
    kit = made()
    change_key_state(
        actor=None,
        key=key_of(kit.client_certificate),
        state=KeyState.SUSPENDED,
        reason="why",
    )
    answer = custodian.post(address(kit, side), form())
    assert answer.status_code == 400
    assert "is suspended" in answer.content.decode()


def test_a_side_whose_key_is_elsewhere_is_handed_out_without_one(
    made: Made, stored_pair: StoredPair, client_for: ClientFor
) -> None:
    kit = made(client=stored_pair(client_pair(), key_here=False).pk)
    # No key is in it, so no right to hand out keys and no second sign-in is asked for.
    operator = client_for("operator")
    page = operator.get(address(kit, Side.CLIENT, "kit_download_form"))
    assert "The key of the client is elsewhere" in page.content.decode()
    files = downloaded(operator.post(address(kit, Side.CLIENT)))
    assert "client_key.pem" not in files
    assert b"PRIVATE KEY" not in b"".join(files.values())
    assert last_actions(1) == ["kit.downloaded"]
    assert operator.post(address(kit, Side.SERVER), form()).status_code == 403


def test_certificates_of_authorities_go_out_as_chains(
    made: Made, stored_pair: StoredPair, custodian: Client
) -> None:
    kit = made(
        server=stored_pair(issued_pair(Side.SERVER)).pk,
        client=stored_pair(issued_pair(Side.CLIENT)).pk,
        addresses=("localhost",),
    )
    files = downloaded(custodian.post(address(kit, Side.SERVER), form()))
    assert files["server_cert.pem"].count(b"BEGIN CERTIFICATE") == 2
    assert files["client_ca.pem"].count(b"BEGIN CERTIFICATE") == 2


def test_the_name_of_a_kit_is_no_path(made: Made, custodian: Client) -> None:
    kit = made()
    Kit.objects.filter(pk=kit.pk).update(name='../../x"\r\nSet-Cookie: a=b')
    answer = custodian.post(address(kit, Side.SERVER), form())
    assert answer["Content-Disposition"] == ('attachment; filename="x_Set-Cookie_a_b-server.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert all(not name.startswith(("/", ".")) for name in archive.namelist())


# Threat 3 ----------------------------------------------------------------------------------------


def test_no_store_holds_a_private_byte_or_a_passphrase(
    made: Made,
    client_for: ClientFor,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    before = set(Path(tempfile.gettempdir()).glob("*"))
    kit = made()
    client = signed_in_again(client_for("custodian"))
    client.raise_request_exception = False
    answers = []
    for side in Side:
        assert is_archive(client.post(address(kit, side), form()))
        answers.append(client.post(address(kit, side), form(passphrase_again=f"{PHRASE}!")).content)
        with monkeypatch.context() as broken:
            # The exception inside: raised where opened keys and the passphrase are at hand.
            for place in ("check_archive", "read_identity", "prove", "pack"):
                broken.setattr(f"endpoints.services.make_kit_download.{place}", _fail)
                answer = client.post(address(kit, side), form())
                assert answer.status_code == 500
                answers.append(answer.content)
    answers.append(client.get(kit.get_absolute_url()).content)
    told = capfd.readouterr()
    logged = "\n".join(logging.Formatter("%(message)s").format(entry) for entry in caplog.records)
    assert "endpoints/services/make_kit_download.py" in logged
    needles = [
        needle
        for key in PrivateKey.objects.all()
        for secret in secrets_of(open_private_key(key=key, purpose=EXPORT))
        for needle in notations(secret)
    ]
    needles += list(notations(PHRASE.encode()))
    left = b"".join(
        path.read_bytes()
        for path in set(Path(tempfile.gettempdir()).glob("*")) - before
        if path.is_file() and os.access(path, os.R_OK)
    )
    data = b"".join(
        path.read_bytes() for path in Path(settings.DATA_FOLDER).rglob("*") if path.is_file()
    )
    sessions = "".join(str(one.get_decoded()) for one in Session.objects.all())
    stores = {
        "database": database_files(),
        "log": logged.encode(),
        "output": (told.out + told.err).encode(),
        "answers": b"\n".join(answers),
        "temporary files": left,
        "data folder": data,
        "sessions": sessions.encode(),
    }
    for store, held in stores.items():
        assert not any(needle in held for needle in needles), store


def _fail(*_: Any, **__: Any) -> bytes:
    raise RuntimeError("on purpose")


def test_a_kit_that_is_only_begun_is_not_made_by_its_service(
    begun: Callable[..., Kit], actor: Any
) -> None:
    from endpoints.kit_refusals import KitClosed
    from endpoints.services.make_kit_download import make_kit_download

    kit = begun()
    assert kit.stage == KitStage.BEGUN
    with pytest.raises(KitClosed):
        make_kit_download(actor=actor, kit=kit, side=Side.SERVER)
