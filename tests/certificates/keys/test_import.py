"""Keys that come in by the page, in files that the real tools made."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from certificates.models import (
    Certificate,
    KeyImport,
    KeyUse,
    Owner,
    PrivateKey,
    PublicKey,
    SealedKey,
)
from certificates.services.open_private_key import EXPORT, open_private_key
from jobs.services.work_job import work_job
from pki.key_generation import public_part
from tests.certificates.keys.material import pkcs8_of
from tests.pki.real_tools import Workshop, needs_puttygen, run

pytestmark = pytest.mark.django_db
SECRET = "correct horse é"
URL = "certificates:key_import"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def client(client_for: Callable[..., Client]) -> Client:
    return client_for("operator")


def bring(client: Client, content: bytes, *, name: str = "the-file", **told: str) -> Any:
    data: dict[str, Any] = {"wanted": "private", "token": str(uuid.uuid4()), **told}
    data["upload"] = SimpleUploadedFile(name, content)
    return client.post(reverse(URL), data)


def kept(client: Client, content: bytes, **told: str) -> PrivateKey:
    """The one key of that file, after its result page was shown."""
    answer = bring(client, content, **told)
    assert answer.status_code == 302, said(answer)
    assert client.get(answer["Location"]).status_code == 200
    key = PrivateKey.objects.get()
    assert public_part(open_private_key(key=key, purpose=EXPORT)) == bytes(key.spki)
    return key


def said(answer: Any) -> str:
    page: str = answer.content.decode()
    return page


Words = Sequence[str]
OPENSSL_FORMS: dict[str, tuple[Words, bool]] = {
    "PKCS#8": (("pkey",), False),
    "PKCS#8 DER": (("pkey", "-outform", "DER"), False),
    "PKCS#8 encrypted": (("pkcs8", "-topk8", "-v2", "aes-256-cbc"), True),
    "PKCS#8 under scrypt": (("pkcs8", "-topk8", "-scrypt"), True),
    "PKCS#1": (("rsa", "-traditional"), False),
    "PKCS#1 encrypted": (("rsa", "-traditional", "-aes256"), True),
}


@pytest.mark.parametrize("form", OPENSSL_FORMS)
def test_what_openssl_writes_comes_in(client: Client, workshop: Workshop, form: str) -> None:
    source = workshop.openssl_key("RSA-2048")
    words, encrypted = OPENSSL_FORMS[form]
    protection = ("-passout", f"pass:{SECRET}") if encrypted else ()
    content = run("openssl", *words, "-in", source, *protection)
    key = kept(client, content, passphrase=SECRET if encrypted else "")
    assert bytes(key.spki) == workshop.spki(source)
    assert key.name == "the-file"


@pytest.mark.parametrize("algorithm", ["P-256", "P-384", "P-521", "Ed25519", "Ed448"])
def test_every_algorithm_comes_in(client: Client, workshop: Workshop, algorithm: str) -> None:
    source = workshop.openssl_key(algorithm)
    key = kept(client, source.read_bytes())
    assert bytes(key.spki) == workshop.spki(source)


def test_sec1_comes_in(client: Client, workshop: Workshop) -> None:
    source = workshop.openssl_key("P-256")
    kept(client, run("openssl", "ec", "-in", source))


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256", "Ed25519"])
@pytest.mark.parametrize("passphrase", ["", SECRET])
def test_what_ssh_keygen_writes_comes_in_with_its_fingerprints(
    client: Client, workshop: Workshop, algorithm: str, passphrase: str
) -> None:
    source = workshop.ssh_key(algorithm, passphrase)
    key = kept(client, source.read_bytes(), passphrase=passphrase)
    page = said(client.get(key.get_absolute_url()))
    for digest in ("md5", "sha1", "sha256"):
        assert workshop.ssh_fingerprint(Path(f"{source}.pub"), digest) in page
    assert KeyUse.objects.get().protocol == "ssh"


@needs_puttygen
@pytest.mark.parametrize("version", ["2", "3"])
@pytest.mark.parametrize("passphrase", ["", "correct horse"])
def test_what_puttygen_writes_comes_in(
    client: Client, workshop: Workshop, version: str, passphrase: str
) -> None:
    parameters = f"version={version}"
    source = workshop.putty_key("Ed25519", passphrase=passphrase, parameters=parameters)
    key = kept(client, source.read_bytes(), passphrase=passphrase)
    assert key.container == f"putty-{version}"


def test_a_pkcs12_brings_its_certificate_into_the_inventory(
    client: Client, workshop: Workshop, tmp_path: Path
) -> None:
    source = workshop.openssl_key("RSA-2048")
    run(
        "openssl",
        "req",
        "-x509",
        "-new",
        "-key",
        source,
        "-subj",
        "/CN=held",
        "-out",
        tmp_path / "c",
    )
    content = run(
        *("openssl", "pkcs12", "-export", "-inkey", source, "-in", tmp_path / "c"),
        *("-name", "the friendly name", "-passout", f"pass:{SECRET}"),
    )
    key = kept(client, content, passphrase=SECRET)
    assert key.name == "the friendly name"
    job = KeyImport.objects.get().certificates_job
    assert job is not None
    work_job(job_id=job.pk)
    certificate = Certificate.objects.get()
    assert certificate.spki_sha256 == key.spki_sha256
    assert "Private key: held here" in said(client.get(certificate.get_absolute_url()))
    assert certificate.get_absolute_url() in said(client.get(key.get_absolute_url()))


def test_a_file_of_several_keys_keeps_each_with_a_number(
    client: Client, workshop: Workshop
) -> None:
    content = b"".join(workshop.openssl_key(one).read_bytes() for one in ("P-256", "Ed25519"))
    answer = bring(client, b"some text\n" + content, name="both.pem")
    assert [one.name for one in PrivateKey.objects.order_by("pk")] == ["both", "both"]
    page = said(client.get(answer["Location"]))
    assert "Line 2" in page


def test_the_same_file_again_is_already_here(client: Client, workshop: Workshop) -> None:
    content = workshop.openssl_key("P-256").read_bytes()
    bring(client, content)
    answer = bring(client, content)
    assert PrivateKey.objects.count() == 1
    assert 'data-state="duplicate"' in said(client.get(answer["Location"]))


def test_a_double_click_is_one_import(client: Client, workshop: Workshop) -> None:
    content = workshop.openssl_key("P-256").read_bytes()
    token = str(uuid.uuid4())
    answers = [bring(client, content, token=token) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert KeyImport.objects.count() == 1


def test_a_partners_key_is_kept_with_its_owner(client: Client, workshop: Workshop) -> None:
    public = Path(f"{workshop.ssh_key('Ed25519')}.pub").read_bytes()
    told = {"wanted": "public", "new_owner_name": "Partner A", "new_owner_kind": "organization"}
    answer = bring(client, b'from="192.0.2.0/24" ' + public, **told)
    assert answer.status_code == 302, said(answer)
    key = PublicKey.objects.get()
    assert (key.owner, key.prefix) == (Owner.objects.get(), 'from="192.0.2.0/24"')
    page = said(client.get(key.get_absolute_url()))
    assert workshop.ssh_fingerprint(Path(f"{workshop.ssh_key('Ed25519')}.pub"), "sha256") in page
    assert not SealedKey.objects.exists()
    # Again, for somebody else: one key that serves two.
    bring(client, public, **(told | {"new_owner_name": "Partner B"}))
    assert PublicKey.objects.count() == 1
    assert "serves several partners: Partner A, Partner B" in said(
        client.get(key.get_absolute_url())
    )


def encrypted(workshop: Workshop) -> bytes:
    source = workshop.openssl_key("P-256")
    return run("openssl", "pkcs8", "-topk8", "-in", source, "-passout", f"pass:{SECRET}")


@pytest.mark.parametrize(
    ("passphrase", "sentence"),
    [
        ("something else", "The passphrase does not open this key."),
        ("", "This key is encrypted and no passphrase was given."),
    ],
)
def test_a_wrong_or_missing_passphrase_is_said_and_not_shown_again(
    client: Client, workshop: Workshop, passphrase: str, sentence: str
) -> None:
    answer = bring(client, encrypted(workshop), passphrase=passphrase)
    assert answer.status_code == 400
    assert sentence in said(answer)
    assert "something else" not in said(answer)
    assert not PrivateKey.objects.exists()


def test_what_was_pasted_is_not_shown_again(client: Client, workshop: Workshop) -> None:
    text = workshop.openssl_key("P-256").read_text()
    answer = client.post(
        reverse(URL), {"wanted": "private", "pasted": text + "x", "name": "n" * 300}
    )
    assert answer.status_code == 400
    assert text.splitlines()[1] not in said(answer)


def test_a_passphrase_that_was_not_needed_is_said(client: Client, workshop: Workshop) -> None:
    answer = bring(client, workshop.openssl_key("P-256").read_bytes(), passphrase="useless")
    assert "the passphrase was not used" in said(client.get(answer["Location"]))


def test_a_public_key_among_private_ones_is_said(client: Client, workshop: Workshop) -> None:
    public = run("openssl", "pkey", "-in", workshop.openssl_key("P-256"), "-pubout")
    answer = bring(client, public)
    assert answer.status_code == 400
    assert "This is a public key; the private key is not in this file." in said(answer)
    assert not PublicKey.objects.exists()


def test_a_private_key_among_public_ones_is_not_kept(client: Client, workshop: Workshop) -> None:
    answer = bring(client, workshop.openssl_key("P-256").read_bytes(), wanted="public")
    assert "This is a private key. It was not read and not kept." in said(answer)
    assert not PrivateKey.objects.exists()


def test_a_weak_key_comes_in_with_a_finding(client: Client) -> None:
    weak = run("openssl", "genrsa", "-traditional", "1024")
    key = kept(client, weak)
    assert "The RSA key has 1024 bits" in said(client.get(key.get_absolute_url()))


def test_a_bomb_is_answered_with_the_name_of_the_limit(client: Client, workshop: Workshop) -> None:
    source = workshop.openssl_key("P-256")
    options = ("-topk8", "-iter", "3000000", "-passout", "pass:x")
    answer = bring(client, run("openssl", "pkcs8", *options, "-in", source), passphrase="x")
    assert answer.status_code == 400
    assert "3000000 rounds of key derivation; the limit is 2000000" in said(answer)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({}, "there is nothing to import"),
        ({"pasted": "nonsense"}, "No key was recognised"),
        ({"pasted": "x", "new_owner_email": "a@example.com"}, "A new owner needs a name"),
    ],
)
def test_what_is_missing_is_said(client: Client, told: dict[str, str], sentence: str) -> None:
    answer = client.post(reverse(URL), {"wanted": "private", **told})
    assert answer.status_code == 400
    assert sentence in said(answer)


def test_the_result_names_no_private_byte(client: Client, workshop: Workshop) -> None:
    pkcs8 = pkcs8_of("Ed25519")
    bring(client, pkcs8)
    done = KeyImport.objects.get()
    assert pkcs8[-32:].hex() not in str(done.items)
    assert "pkcs8\\x" not in str(done.items)
