"""Bringing things in: every way, every form, and what is said of each block."""

from __future__ import annotations

import base64
import hashlib
import socket
import subprocess
import time
from pathlib import Path

import certifi
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Page, expect

from tests.e2e.acts import (
    PATIENT,
    block_rows,
    find_certificates,
    import_files,
    import_text,
    press_import,
    tally,
)
from tests.e2e.console import Console, free_port
from tests.e2e.material import (
    authority,
    crl_of,
    key_pem,
    pem_text,
    pkits_files,
    server,
    upload,
    zipped,
)
from tests.pki.chains import Issued, to_pem
from tests.pki.real_tools import run

pytestmark = pytest.mark.timeout(PATIENT)


def test_pasted_text_comes_in_and_comes_in_once(page: Page) -> None:
    root = authority("Aldebaran root")
    leaf = server("aldebaran.example", root)
    text = f"From: a partner\n\n{pem_text(leaf)}and its root:\n{pem_text(root)}-- \nA partner\n"
    import_text(page, text)
    assert tally(page) == {"imported": 2, "duplicate": 0, "rejected": 0}
    lines = text.splitlines()
    begins = [at for at, line in enumerate(lines, 1) if line == "-----BEGIN CERTIFICATE-----"]
    assert [row[1:] for row in block_rows(page)] == [
        [f"Line {begins[0]} pem", "Imported", "aldebaran.example"],
        [f"Line {begins[1]} pem", "Imported", "Aldebaran root"],
    ]
    page.get_by_role("link", name="Show the new certificates").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)

    import_text(page, text)
    assert tally(page) == {"imported": 0, "duplicate": 2, "rejected": 0}
    assert {row[2] for row in block_rows(page)} == {"Already here"}
    assert len(find_certificates(page, "aldebaran")) == 2


def test_several_files_of_several_forms_are_told_apart_by_content(
    page: Page, tmp_path: Path
) -> None:
    root = authority("Bellatrix root")
    below = authority("Bellatrix issuing", root)
    leaf = server("bellatrix.example", below)
    (tmp_path / "chain.pem").write_text(pem_text(below, leaf))
    pkcs7 = run("openssl", "crl2pkcs7", "-nocrl", "-certfile", tmp_path / "chain.pem")
    import_files(
        page,
        # The names lie on purpose.
        upload("a picture.png", root.der),
        upload("notes.txt", pkcs7),
        upload("revoked.cer", crl_of(root)),
    )
    assert tally(page) == {"imported": 4, "duplicate": 0, "rejected": 0}
    found = {(row[1], row[3]) for row in block_rows(page)}
    assert ("Binary der in a picture.png", "Bellatrix root") in found
    assert {what for where, what in found if "notes.txt" in where} == {
        "Bellatrix issuing",
        "bellatrix.example",
    }
    assert [what for where, what in found if "revoked.cer" in where] == [
        "CRL no. 1 of Bellatrix root"
    ]
    page.get_by_role("link", name="Show the new CRLs").click()
    expect(page.locator("#list")).to_contain_text("Bellatrix root")


def test_pkcs7_as_der_comes_in(page: Page, tmp_path: Path) -> None:
    root = authority("Capella root")
    (tmp_path / "root.pem").write_text(pem_text(root))
    command = ("openssl", "crl2pkcs7", "-nocrl", "-certfile", tmp_path / "root.pem")
    import_files(page, upload("capella.bin", run(*command, "-outform", "DER")))
    assert [row[2:] for row in block_rows(page)] == [["Imported", "Capella root"]]


def test_files_are_dropped_onto_the_form(page: Page) -> None:
    first, second = authority("Deneb root"), server("deneb.example")
    page.goto("/import/")
    dropped = page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, text] of files) transfer.items.add(new File([text], name));
            return transfer;
        }""",
        [["deneb root.pem", pem_text(first)], ["deneb.pem", pem_text(second)]],
    )
    zone = page.locator("[data-drop]")
    for event in ("dragenter", "dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": dropped})
    expect(zone.locator("[data-drop-names]")).to_have_text("deneb root.pem, deneb.pem")
    press_import(page)
    assert tally(page)["imported"] == 2


def test_what_s_client_printed_comes_in(page: Page, tmp_path: Path) -> None:
    root = authority("Electra root")
    below = authority("Electra issuing", root)
    leaf = server("electra.example", below)
    printed = showcerts(tmp_path, leaf, below)
    assert "Certificate chain" in printed
    import_text(page, printed)
    names = [row[3] for row in block_rows(page)]
    assert names[:2] == ["electra.example", "Electra issuing"]
    assert tally(page)["imported"] == 2
    assert tally(page)["rejected"] == 0


def showcerts(folder: Path, leaf: Issued, below: Issued) -> str:
    """What `openssl s_client -showcerts` prints of a real `openssl s_server`."""
    (folder / "leaf.pem").write_text(pem_text(leaf))
    (folder / "key.pem").write_text(key_pem(leaf.key))
    (folder / "below.pem").write_text(pem_text(below))
    port = free_port()
    command = "openssl s_server -cert leaf.pem -key key.pem -cert_chain below.pem -quiet -naccept 9"
    listening = subprocess.Popen(
        [*command.split(), "-accept", f"127.0.0.1:{port}"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-showcerts"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
        return done.stdout.decode()
    finally:
        listening.kill()
        listening.communicate()


def test_the_bundle_of_certifi_comes_in_whole(page: Page, console: Console) -> None:
    content = Path(certifi.where()).read_bytes()
    count = content.count(b"-----BEGIN CERTIFICATE-----")
    assert count > 100
    import_files(page, upload("cacert.pem", content))
    counted = tally(page)
    assert counted["imported"] + counted["duplicate"] == count
    assert counted["rejected"] == 0
    job = page.url.rstrip("/").rpartition("/")[2].replace("-", "")
    linked = "SELECT count(DISTINCT certificate_id) FROM certificates_importblock WHERE job_id = ?"
    assert console.ask(linked, job) == [(count,)]


def test_the_whole_of_pkits_comes_in(page: Page, console: Console) -> None:
    files = pkits_files()
    names = list(files)
    # An archive has a hundred members at most.
    archives = [
        upload(f"pkits-{at}.zip", zipped({name: files[name] for name in names[at : at + 100]}))
        for at in range(0, len(names), 100)
    ]
    import_files(page, *archives)
    counted = tally(page)
    assert sum(counted.values()) == len(files)
    # Two leave the parameters of their DSA key to their issuer's, which cryptography cannot read.
    assert counted["rejected"] == 2
    distinct = {hashlib.sha256(one).digest() for one in files.values()}
    assert counted["imported"] == len(distinct) - 2
    job = page.url.rstrip("/").rpartition("/")[2].replace("-", "")
    kinds = "SELECT kind, count(*) FROM certificates_importblock WHERE job_id = ? GROUP BY kind"
    assert dict(console.ask(kinds, job)) == {
        "certificate": sum(name.endswith(".crt") for name in names),
        "crl": sum(name.endswith(".crl") for name in names),
    }
    page.locator("#import .tally a", has_text="Rejected").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)
    places = " ".join(row[1] for row in block_rows(page))
    assert "DSAParametersInheritedCACert.crt" in places
    assert "ValidDSAParameterInheritanceTest5EE.crt" in places


def test_one_bad_block_stops_no_other(page: Page) -> None:
    first, second = authority("Fomalhaut root"), server("fomalhaut.example")
    whole = pem_text(second).splitlines()
    cut = [*whole[:3], "!!! a line that somebody spoiled !!!", *whole[4:]]
    request = to_pem("CERTIFICATE REQUEST", b"0\x03\x02\x01\x05")
    text = pem_text(first) + "\n".join(cut) + "\n" + request + "junk\n" + pem_text(second)
    import_text(page, text)
    assert tally(page) == {"imported": 2, "duplicate": 0, "rejected": 2}
    bad = len(pem_text(first).splitlines()) + 1
    rows = block_rows(page)
    assert [row[2] for row in rows] == ["Imported", "Rejected", "Rejected", "Imported"]
    assert rows[1][1].startswith(f"Line {bad} ")
    assert rows[2][1].startswith(f"Line {bad + len(cut)} ")
    assert "Copy the block again" in rows[1][3]
    assert "certificate request" in rows[2][3]
    page.locator("#import .tally a", has_text="Rejected").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)


def test_text_without_any_block_says_so(page: Page) -> None:
    import_text(page, "Dear partner, please find the certificate attached. Regards")
    assert tally(page) == {"imported": 0, "duplicate": 0, "rejected": 1}


def test_an_empty_form_says_so_beside_itself(page: Page) -> None:
    page.goto("/import/")
    page.locator("main").get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("there is nothing to import")


def test_a_private_key_is_refused_and_nothing_of_it_is_kept(page: Page, console: Console) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = server("gienah.example")
    text = key_pem(key) + pem_text(certificate)
    import_text(page, text)
    assert tally(page) == {"imported": 1, "duplicate": 0, "rejected": 1}
    row = block_rows(page)[0]
    assert row[1].startswith("Line 1 ")
    assert "This is a private key. It was not read and is not kept." in row[3]

    numbers = key.private_numbers()
    secrets = [
        number.to_bytes(length, "big")
        for number, length in (
            (numbers.public_numbers.n, 256),
            (numbers.p, 128),
            (numbers.q, 128),
            (numbers.d, 256),
        )
    ]
    lines = key_pem(key).encode().splitlines()[1:-1]
    assert len(lines) > 20
    traces = [*secrets, *(one.hex().encode() for one in secrets), *lines]
    traces += [base64.b64encode(one) for one in secrets]
    assert leaks(console.data, traces) == []
    assert not any(line.decode() in console.said for line in lines)
    # The search finds what is there: the certificate that came with it.
    assert leaks(console.data, [certificate.der]) != []


def leaks(folder: Path, traces: list[bytes]) -> list[str]:
    """The files below a folder, the database and its log among them, that hold one of the traces."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "static" not in path.relative_to(folder).parts:
            content = path.read_bytes()
            found += [path.name for trace in traces if trace in content]
    return found


def test_the_page_of_an_import_follows_it_by_itself(page: Page) -> None:
    """The worker is slower than the first answer, and nobody loads the page again."""
    page.goto("/import/")
    issuer = authority("Hamal root")
    many = pem_text(*(server(f"hamal-{number}.example", issuer) for number in range(40)))
    page.set_input_files("input[name=uploads]", [upload("hamal.pem", many)])
    loads: list[str] = []
    page.on("domcontentloaded", lambda loaded: loads.append(loaded.url))
    press_import(page)
    assert tally(page)["imported"] == 40
    assert len(loads) == 1
