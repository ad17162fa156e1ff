"""The pages of requests: the form, what it refuses, and what it hands out."""

from __future__ import annotations

import html
import io
import re
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from certificates.models import CertificateRequest, Lifecycle, PrivateKey, RequestState
from jobs.services.work_job import work_job
from pki.countries import countries
from pki.key_generation import KeySpec
from tests.certificates.requests.conftest import Ca, pem_of
from tests.pki.real_tools import run

pytestmark = pytest.mark.django_db
Make = Callable[..., CertificateRequest]
NEW = "/requests/new/"
SELF_SIGNED = "/requests/new/self-signed/"
FILL = "/requests/fill/"


@pytest.fixture
def client(actor: User) -> Client:
    browser = Client()
    browser.force_login(actor)
    return browser


def typed(**changes: Any) -> dict[str, Any]:
    """What a browser sends of the form as it stands, with these changes."""
    form: dict[str, Any] = {
        "act": "create",
        "profile": "server",
        "common_name": "www.example.com",
        "alt_names_kind": ["dns", "dns", "dns"],
        "alt_names_value": ["", "", ""],
        "key_choice": "new",
        "algorithm": "P-256",
        "usage_choice": "preset",
        "digest": "sha256",
        "token": str(uuid.uuid4()),
    }
    return form | changes


def text_of(answer: Any) -> str:
    """The words of a page."""
    return html.unescape(answer.content.decode())


def accepting(page: str) -> str:
    """The value of the box that accepts the warnings of a page."""
    found = re.search(r'name="accepted" value="([0-9a-f]+)"', page)
    assert found is not None, page
    return found[1]


def sent(client: Client, address: str = NEW, **changes: Any) -> CertificateRequest:
    """The request that the form makes, its warnings accepted."""
    form = typed(**changes)
    answer = client.post(address, form)
    if answer.status_code == 400:
        answer = client.post(address, form | {"accepted": accepting(text_of(answer))})
    assert answer.status_code == 302, text_of(answer)
    return CertificateRequest.objects.get(pk=int(answer["Location"].strip("/").split("/")[-1]))


# The form ----------------------------------------------------------------------------------------


def test_the_form_makes_a_request_and_its_page_shows_it(client: Client) -> None:
    row = sent(
        client,
        alt_names_kind=["dns", "ip", "dns"],
        alt_names_value=["bücher.example.com", " 192.0.2.1 ", ""],
        organization="Example Ltd",
        country="SE",
    )
    page = text_of(client.get(row.get_absolute_url()))
    assert "BEGIN CERTIFICATE REQUEST" in page
    assert "xn--bcher-kva.example.com" in page
    assert "bücher.example.com" in page
    text = run("openssl", "req", "-text", "-verify", "-noout", data=pem_of(row)).decode()
    assert "DNS:www.example.com, DNS:xn--bcher-kva.example.com, IP Address:192.0.2.1" in text
    assert "C = SE, O = Example Ltd, CN = www.example.com" in text


def test_a_double_click_makes_one_request(client: Client) -> None:
    form = typed()
    addresses = {client.post(NEW, form)["Location"] for _ in range(2)}
    assert addresses == {CertificateRequest.objects.get().get_absolute_url()}
    assert PrivateKey.objects.count() == 1


def test_more_rows_come_without_javascript_and_nothing_is_lost(client: Client) -> None:
    rows = {"alt_names_kind": ["ip", "dns"], "alt_names_value": ["192.0.2.1", ""]}
    answer = client.post(NEW, typed(act="more_rows", country="SE", **rows))
    page = text_of(answer)
    assert answer.status_code == 200
    assert page.count('name="alt_names_value"') == 6
    assert 'value="192.0.2.1"' in page
    assert '<option value="SE" selected' in page
    assert not CertificateRequest.objects.exists()


SAMPLE = ("SE", "GB", "US", "AQ", "SS", "UK", "EU", "SU", "AC", "UN", "")


@pytest.mark.parametrize("code", SAMPLE)
def test_a_country_that_may_be_chosen_is_written(client: Client, code: str) -> None:
    row = sent(client, country=code)
    subject = run("openssl", "req", "-subject", "-noout", data=pem_of(row)).decode()
    assert (f"C = {code}," in subject) == bool(code)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("se", "Country codes are written in capitals: SE, not se."),
        ("XX", "is free for private use"),
        ("EL", "that is GR"),
        ("YU", "no longer has this code"),
        ("QQ", "is free for private use"),
        ("OO", "stands for no country"),
        ("Sweden", "A country code is two letters"),
        ("S", "A country code is two letters"),
        ("5E", "A country code is two letters"),
        ("ŜE", "A country code is two letters"),
        (" SE", "A country code is two letters"),
    ],
)
def test_another_country_code_is_refused_beside_its_field(
    client: Client, code: str, says: str
) -> None:
    answer = client.post(NEW, typed(country=code))
    assert answer.status_code == 400
    field = text_of(answer).split('id="div_id_country"')[1].split('id="div_id_email"')[0]
    assert says in field
    assert not PrivateKey.objects.exists()


def test_the_list_holds_both_groups_and_what_the_site_adds(client: Client, settings: Any) -> None:
    settings.EXTRA_COUNTRIES = (("XK", "Kosovo"),)
    page = text_of(client.get(NEW))
    listed = page.split('name="country"')[1].split("</select>")[0]
    for one in countries(settings.EXTRA_COUNTRIES):
        assert f'value="{one.code}"' in listed
    assert "Exceptionally reserved codes" in listed
    assert "public CAs want GB" in listed
    assert sent(client, country="XK").request_spec.subject.country == "XK"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"common_name": ""}, "neither a common name nor an alternative name"),
        ({"common_name": "www.example.com:8443"}, "ends with a port"),
        ({"common_name": "x" * 65, "profile": "client"}, "65 characters"),
        ({"common_name": " www.example.com"}, "begins or ends with a space"),
        ({"alt_names_value": ["no name", "", ""]}, "holds a character that no DNS name has"),
        ({"alt_names_value": ["w*.example.com", "", ""]}, "only a part of a label"),
        ({"alt_names_kind": ["ip", "", ""], "alt_names_value": ["1.2.3", "", ""]}, "(ip)"),
        ({"profile": "client", "common_name": ""}, "needs the name of the account"),
        ({"key_choice": "existing"}, "Choose one of the keys"),
        ({"key_choice": "existing", "key": "77"}, "valid choice"),
        ({"algorithm": "RSA-512"}, "valid choice"),
        ({"usage_choice": "own", "key_usage": ["keyCertSign"]}, "valid choice"),
        ({"usage_choice": "own", "key_usage": ["keyEncipherment"]}, "cannot do keyEncipherment"),
        ({"digest": "md5"}, "valid choice"),
        ({"profile": "ca"}, "valid choice"),
        ({"common_name": "a\x00b"}, "Null characters"),
    ],
)
def test_an_error_stops_with_a_sentence(client: Client, changes: dict[str, Any], says: str) -> None:
    answer = client.post(NEW, typed(**changes))
    assert answer.status_code == 400
    assert says in text_of(answer)
    assert not CertificateRequest.objects.exists()
    assert not PrivateKey.objects.exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"common_name": "intern"}, "has no domain"),
        ({"common_name": "www.example.local"}, "does not exist in the public DNS"),
        ({"alt_names_kind": ["ip"], "alt_names_value": ["10.0.0.1"]}, "not one of the public"),
        ({"alt_names_value": ["a_b.example.com"]}, "holds an underscore"),
        ({"profile": "client", "common_name": "alice"}, "no longer issue"),
        ({"country": "UK"}, "want GB"),
        ({"algorithm": "Ed25519"}, "do not accept keys of the kind Ed25519"),
        ({"organizational_unit": "IT"}, "no longer put an OU"),
    ],
)
def test_a_warning_is_told_and_may_be_accepted(
    client: Client, changes: dict[str, Any], says: str
) -> None:
    answer = client.post(NEW, typed(**changes))
    page = text_of(answer)
    assert answer.status_code == 400
    assert says in page
    assert not PrivateKey.objects.exists()
    # The tick counts for these warnings: with another one beside them it is asked for again.
    accepted = {"accepted": accepting(page)}
    more = changes | {"email": "pki@example.com", "state": "x", "alt_names_kind": ["uri"]}
    more["alt_names_value"] = ["https://example.com/"]
    if changes.get("profile") != "client":
        assert client.post(NEW, typed(**more) | accepted).status_code == 400
    assert client.post(NEW, typed(**changes) | accepted).status_code == 302


def test_what_somebody_types_is_no_markup(client: Client) -> None:
    evil = '"><script>alert(1)</script>'
    answer = client.post(
        NEW, typed(common_name=evil, country=evil, alt_names_value=[evil], organization=evil)
    )
    assert answer.status_code == 400
    assert b"<script>alert" not in answer.content
    row = sent(client, profile="client", common_name=evil)
    for address in (row.get_absolute_url(), reverse("certificates:requests")):
        assert b"<script>alert" not in client.get(address).content


def test_a_form_of_thousands_of_rows_is_refused_with_the_limit(client: Client) -> None:
    rows = [f"h{number}.example.com" for number in range(2_001)]
    answer = client.post(NEW, typed(alt_names_kind=["dns"] * len(rows), alt_names_value=rows))
    assert answer.status_code == 400
    assert "the console takes 2000" in text_of(answer)


# Beginning from something ------------------------------------------------------------------------


def test_a_similar_request_begins_with_everything_but_the_key(client: Client, make: Make) -> None:
    row = make("old.example.com", days=None)
    page = text_of(client.get(NEW, {"request": row.pk}))
    assert 'value="old.example.com"' in page


def test_a_request_with_a_key_begins_on_the_page_of_the_key(
    client: Client, key_of_request: PrivateKey
) -> None:
    assert f"{NEW}?key={key_of_request.pk}" in text_of(
        client.get(key_of_request.get_absolute_url())
    )
    page = text_of(client.get(NEW, {"key": key_of_request.pk}))
    assert f'<option value="{key_of_request.pk}" selected>' in page


@pytest.mark.parametrize("form", ["pasted", "uploads"])
def test_the_form_is_filled_from_a_request_that_openssl_made(client: Client, form: str) -> None:
    made = run(
        *("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-keyout", "/dev/null", "-subj", "/C=EL/O=Old Ltd/CN=old.example.com"),
        *("-addext", "subjectAltName=DNS:old.example.com,DNS:alt.example.com,IP:192.0.2.9"),
    )
    brought: Any = made.decode() if form == "pasted" else SimpleUploadedFile("a.csr", made)
    answer = client.post(FILL, {form: brought})
    page = text_of(answer)
    assert answer.status_code == 200
    for wanted in ("old.example.com", "alt.example.com", "192.0.2.9", "Old Ltd"):
        assert f'value="{wanted}"' in page
    # Its country code stands there as it is, and is refused when the form is sent.
    assert "EL (cannot be used)" in page


@pytest.mark.parametrize(
    "text", ["", "nothing", "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n", "\x00\x01", "MII" * 500]
)
def test_what_is_no_request_fills_nothing(client: Client, text: str) -> None:
    assert client.post(FILL, {"pasted": text}).status_code == 400


@pytest.mark.parametrize("name", ["request", "certificate", "renews", "key"])
@pytest.mark.parametrize("value", ["99", "x", "9" * 40, "-1"])
def test_addresses_that_name_nothing_do_no_harm(client: Client, name: str, value: str) -> None:
    assert client.get(NEW, {name: value}).status_code in (200, 404)


# With openssl ------------------------------------------------------------------------------------


def test_the_configuration_makes_the_same_request_elsewhere(client: Client, tmp_path: Path) -> None:
    names = {"alt_names_kind": ["ip"], "alt_names_value": ["192.0.2.1"]}
    page = text_of(client.post(NEW, typed(act="config", organization="A, “B” & $C", **names)))
    assert not PrivateKey.objects.exists()
    signed = re.search(r'name="config" value="([^"]+)"', page)
    command = re.search(r"openssl req -new [^<]+", page)
    assert signed is not None
    assert command is not None
    answer = client.post(reverse("certificates:request_openssl"), {"config": signed[1]})
    assert answer["Content-Disposition"] == 'attachment; filename="request.cnf"'
    (tmp_path / "request.cnf").write_bytes(answer.content)
    words = command[0].split()
    for name in ("request.cnf", "certificate_key.pem", "request.pem"):
        words[words.index(name)] = str(tmp_path / name)
    run(*words, "-passout", "pass:correct horse")
    made = run("openssl", "req", "-in", tmp_path / "request.pem", "-text", "-noout").decode()
    assert "DNS:www.example.com, IP Address:192.0.2.1" in made


def test_only_what_the_page_showed_can_be_downloaded(client: Client) -> None:
    answer = client.post(reverse("certificates:request_openssl"), {"config": "[req]\nevil = yes"})
    assert answer.status_code == 302


# The reply ---------------------------------------------------------------------------------------


def reply_address(row: CertificateRequest) -> str:
    return reverse("certificates:request_reply", args=[row.pk])


def test_a_pasted_reply_is_attached_and_compared(client: Client, make: Make, ca: Ca) -> None:
    row = make()
    changed = "subjectAltName=DNS:www.example.com,DNS:example.com\n"
    reply = ca.sign(pem_of(row), extensions=changed) + ca.chain
    answer = client.post(reply_address(row), {"pasted": reply.decode()}, follow=True)
    page = text_of(answer)
    assert "The CA changed 3 of 4 things" in page
    assert "<ins>" in page
    row.refresh_from_db()
    assert row.certificate is not None
    page = text_of(client.get(row.certificate.get_absolute_url()))
    assert row.get_absolute_url() in page
    assert row.key is not None
    assert row.key.get_absolute_url() in page
    chain = client.get(
        reverse("certificates:download", args=[row.certificate_id]), {"form": "fullchain"}
    )
    assert chain.content.count(b"BEGIN CERTIFICATE") == 3


def test_a_reply_for_another_request_says_which(client: Client, make: Make, ca: Ca) -> None:
    mine, other = make("mine.example.com"), make("other.example.com")
    reply = SimpleUploadedFile("reply.pem", ca.sign(pem_of(other)))
    answer = client.post(reply_address(mine), {"uploads": reply})
    page = text_of(answer)
    assert answer.status_code == 400
    assert "This certificate is for another key" in page
    assert other.get_absolute_url() in page


def test_a_certificate_of_the_inventory_is_offered_as_the_reply(
    client: Client, make: Make, ca: Ca, add: Callable[..., Any]
) -> None:
    row = make()
    der = run("openssl", "x509", "-outform", "DER", data=ca.sign(pem_of(row)))
    (known,) = add(der)
    assert "This is the reply" in text_of(client.get(row.get_absolute_url()))
    client.post(reply_address(row), {"certificate": known.pk})
    row.refresh_from_db()
    assert row.certificate == known


def test_a_certificate_of_another_key_is_not_taken_by_its_number(
    client: Client, make: Make, ca: Ca, add: Callable[..., Any]
) -> None:
    row, other = make("mine.example.com"), make("other.example.com")
    (known,) = add(run("openssl", "x509", "-outform", "DER", data=ca.sign(pem_of(other))))
    assert client.post(reply_address(row), {"certificate": known.pk}).status_code == 404


def test_an_empty_reply_is_asked_for_again(client: Client, make: Make) -> None:
    assert client.post(reply_address(make()), {"pasted": "  "}).status_code == 400


def test_a_request_is_sent_and_withdrawn_by_its_buttons(client: Client, make: Make) -> None:
    row = make()
    client.post(reverse("certificates:request_sent", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == RequestState.SENT
    client.post(reverse("certificates:request_withdraw", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == RequestState.WITHDRAWN


def test_the_page_that_waits_for_a_key_follows_it(
    client: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pki.key_generation.SLOW_RSA", 2048)
    row = make(new_key=KeySpec(algorithm="RSA-2048"))
    headers = {"HX-Request": "true"}
    waiting = client.get(row.get_absolute_url(), headers=headers)
    assert b"hx-trigger" in waiting.content
    assert b"<html" not in waiting.content
    assert row.job is not None
    work_job(job_id=row.job.pk)
    assert client.get(row.get_absolute_url(), headers=headers)["HX-Refresh"] == "true"
    assert b"BEGIN CERTIFICATE REQUEST" in client.get(row.get_absolute_url()).content
    job_page = client.get(reverse("certificates:request_of_job", args=[row.job.pk]))
    assert job_page["Location"] == row.get_absolute_url()


def test_the_answer_of_a_request_is_not_deleted(client: Client, make: Make) -> None:
    row = make(days=30)
    told = {"selected": row.certificate_id, "confirmed": "yes"}
    answer = client.post(reverse("certificates:delete"), told)
    assert answer.status_code == 409
    assert row.get_absolute_url() in text_of(answer)


# Files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evil", ['a"; x="y', "../../etc/passwd", "a\r\nX: y", "ø" * 60, "con"])
def test_a_request_has_a_safe_file_name(client: Client, make: Make, evil: str) -> None:
    row = make()
    CertificateRequest.objects.filter(pk=row.pk).update(name=evil)
    for form in ("pem", "der"):
        answer = client.get(reverse("certificates:request_download", args=[row.pk]), {"form": form})
        assert re.fullmatch(
            r'attachment; filename="[A-Za-z0-9][A-Za-z0-9._-]*"', answer["Content-Disposition"]
        )
        assert answer["Cache-Control"] == "no-store"


def test_a_self_signed_certificate_comes_with_its_two_files(
    client_for: Callable[..., Client], tmp_path: Path
) -> None:
    client = client_for("custodian")
    row = sent(client, SELF_SIGNED, profile="client", common_name="alice", days="30")
    address = reverse("certificates:request_files", args=[row.pk])
    told = {"form": "pkcs8", "reason": "for the server of alice"}
    phrase = "correct horse battery 9"
    phrases = {"passphrase": phrase, "passphrase_again": phrase}
    asked = client.post(address, told | phrases)
    assert asked.status_code == 302
    assert "/reauthenticate/" in asked["Location"]
    client.post(asked["Location"], {"password": "correct horse 9"})
    answer = client.post(address, told | phrases)
    assert answer["Content-Disposition"] == 'attachment; filename="alice.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == ["certificate.pem", "certificate_key.pem"]
        archive.extractall(tmp_path)
    assert b"ENCRYPTED PRIVATE KEY" in (tmp_path / "certificate_key.pem").read_bytes()
    of_key = run(
        *("openssl", "pkey", "-pubout", "-in", tmp_path / "certificate_key.pem"),
        *("-passin", f"pass:{phrase}"),
    )
    assert of_key == run(
        "openssl", "x509", "-pubkey", "-noout", "-in", tmp_path / "certificate.pem"
    )
    assert AuditEvent.objects.filter(action="key.exported").exists()


def test_the_key_leaves_unencrypted_only_where_somebody_may_and_chooses_it(
    client_for: Callable[..., Client], client: Client
) -> None:
    row = sent(client, SELF_SIGNED, days="30")
    address = reverse("certificates:request_files", args=[row.pk])
    assert client.post(address, {"form": "plain", "reason": "x"}).status_code == 403
    custodian = client_for("custodian")
    asked = custodian.post(address, {"form": "plain", "reason": "for the test"})
    custodian.post(asked["Location"], {"password": "correct horse 9"})
    answer = custodian.post(address, {"form": "plain", "reason": "for the test"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert b"BEGIN PRIVATE KEY" in archive.read("certificate_key.pem")
    assert AuditEvent.objects.filter(action="key.exported_plain").exists()


def test_the_certificate_alone_is_there_for_everybody(
    client_for: Callable[..., Client], client: Client
) -> None:
    row = sent(client, SELF_SIGNED, days="30")
    answer = client_for(None).get(reverse("certificates:request_certificate", args=[row.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="certificate.pem"'
    assert b"CN = www.example.com" in run("openssl", "x509", "-subject", data=answer.content)


def test_a_renewal_from_the_page_of_a_certificate(client: Client) -> None:
    old = sent(client, SELF_SIGNED, days="30", organization="Example Ltd").certificate
    assert old is not None
    page = text_of(client.get(old.get_absolute_url()))
    assert f"{SELF_SIGNED}?renews={old.pk}" in page
    form = text_of(client.get(SELF_SIGNED, {"renews": old.pk}))
    assert "This renews" in form
    assert 'value="Example Ltd"' in form
    assert f'name="replaces" value="{old.pk}"' in form
    new = sent(client, SELF_SIGNED, days="30", replaces=str(old.pk)).certificate
    old.refresh_from_db()
    assert (old.lifecycle, old.replaced_by) == (Lifecycle.REPLACED, new)


def test_lists_ask_as_much_for_ten_rows_as_for_one(
    client: Client, make: Make, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        make(f"h{number}.example.com")
    with django_assert_max_num_queries(8):
        assert client.get(reverse("certificates:requests")).status_code == 200
