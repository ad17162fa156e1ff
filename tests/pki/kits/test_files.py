"""The two sets of files: what each side gets, and what it never gets."""

from __future__ import annotations

import configparser
import re
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from pki.formats import pem
from pki.kits.archive import ArchiveWrong, pack, unpack
from pki.kits.contents import contents_of
from pki.kits.files import make_kit
from pki.kits.identity import read_identity
from pki.kits.meeting import KitRefused, Meeting, Own, Protocol, Shown, Side
from tests.pki.kits.made import (
    NOW,
    client_pair,
    files_of,
    issued_pair,
    kit_of,
    meeting_of,
    server_pair,
    unpacked,
)
from tests.pki.real_tools import run

PEM_FILES = {
    Side.SERVER: {"server_cert.pem", "server_key.pem", "client_cert.pem"},
    Side.CLIENT: {"client_cert.pem", "client_key.pem", "server_cert.pem"},
}
EVERY_PROTOCOL = pytest.mark.parametrize("protocol", Protocol)
BOTH_SIDES = pytest.mark.parametrize("side", Side)


# Where the secret number stands in the PKCS#8 of a key on P-256.
SECRET = slice(36, 68)


def ders(content: bytes) -> list[bytes]:
    return [pem.decode(span.body) for span in pem.spans(content)]


@EVERY_PROTOCOL
@BOTH_SIDES
def test_each_side_gets_its_pair_and_the_other_sides_certificate(
    side: Side, protocol: Protocol
) -> None:
    files = files_of(kit_of(meeting_of(protocol)), side)
    assert {name for name in files if name.endswith(".pem")} == PEM_FILES[side]
    assert {"README.txt", "SHA256SUMS"} <= files.keys()
    assert ders(files["server_cert.pem"]) == list(server_pair().chain)
    assert ders(files["client_cert.pem"]) == list(client_pair().chain)


@BOTH_SIDES
def test_no_private_key_of_the_other_side_stands_in_any_file(side: Side) -> None:
    own, other = server_pair().key, client_pair().key
    if side is Side.CLIENT:
        own, other = other, own
    files = files_of(kit_of(encrypted=False), side)
    everything = b"".join(pem.decode(s.body) for c in files.values() for s in pem.spans(c))
    assert own[SECRET] in everything
    assert other[SECRET] not in everything
    assert not any(other[SECRET] in content for content in files.values())


def test_the_other_side_is_a_value_without_a_place_for_a_key() -> None:
    with pytest.raises(TypeError):
        Shown(chain=server_pair().chain, key_pem=b"")  # type: ignore[call-arg]
    assert "key_pem" not in repr(server_pair().own())


@BOTH_SIDES
def test_a_certificate_of_an_authority_comes_with_its_chain_and_the_others_authorities(
    side: Side,
) -> None:
    server, client = issued_pair(Side.SERVER), issued_pair(Side.CLIENT)
    files = files_of(kit_of(server=server, client=client), side)
    own, other = (server, client) if side is Side.SERVER else (client, server)
    # The leaf first, then its issuer; the root is what the other side has.
    assert ders(files[f"{side}_cert.pem"]) == list(own.chain[:2])
    assert ders(files[f"{side.other}_ca.pem"]) == list(other.chain[1:])
    assert f"{side.other}_cert.pem" not in files
    assert f"{side}_ca.pem" not in files


@BOTH_SIDES
def test_a_key_that_is_elsewhere_is_missing_and_the_readme_says_so(side: Side) -> None:
    files = files_of(kit_of(elsewhere=side), side)
    assert f"{side}_key.pem" not in files
    said = files["README.txt"].decode()
    assert "NOT in this archive" in said
    assert f"{side}_key.pem" in said
    assert b"PRIVATE KEY" not in b"".join(files.values())


@EVERY_PROTOCOL
@BOTH_SIDES
def test_what_was_announced_is_what_comes(side: Side, protocol: Protocol) -> None:
    for elsewhere in (None, side):
        kit = kit_of(meeting_of(protocol), elsewhere=elsewhere)
        other = client_pair() if side is Side.SERVER else server_pair()
        announced = contents_of(
            side, protocol=protocol, other=other.shown, key_here=elsewhere is None
        )
        assert [(one.name, one.holds_key) for one in announced] == [
            (one.name, one.holds_key) for one in kit.of(side).files
        ]


@BOTH_SIDES
def test_the_checksums_are_those_that_sha256sum_computes(side: Side, tmp_path: Path) -> None:
    folder = unpacked(pack(kit_of().of(side)), tmp_path)
    said = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        check=True,
        text=True,
    )
    others = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert {line.partition(":")[0] for line in said.stdout.splitlines()} == others - {"SHA256SUMS"}


def test_the_readme_tells_names_ends_and_fingerprints_as_openssl_prints_them(
    tmp_path: Path,
) -> None:
    folder = unpacked(pack(kit_of().of(Side.CLIENT)), tmp_path)
    said = (folder / "README.txt").read_text()
    for name in ("client_cert.pem", "server_cert.pem"):
        printed = run(
            "openssl", "x509", "-in", folder / name, "-noout", "-fingerprint", "-sha256"
        ).decode()
        digest = printed.partition("=")[2].strip()
        assert digest in re.sub(r"\s+", "", said)
    assert "localhost, 127.0.0.1" in said
    assert f"Until {server_pair().shown.leaf.not_after:%Y-%m-%d %H:%M} UTC" in said
    assert all(len(line) <= 80 for line in said.splitlines())


def test_who_may_read_a_file_stands_in_the_archive() -> None:
    with zipfile.ZipFile(BytesIO(pack(kit_of(meeting_of(Protocol.FTPS_EXPLICIT)).server))) as one:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in one.infolist()}
    private = {name for name, mode in modes.items() if mode == 0o600}
    assert private == {"server_key.pem", "config/sftpplus-5.19.ini", "config/sftpplus-5.20.ini"}
    assert {mode for name, mode in modes.items() if name not in private} == {0o644}


@pytest.mark.parametrize("side", Side)
def test_the_dialects_of_sftpplus_read_back(side: Side) -> None:
    files = files_of(kit_of(meeting_of(Protocol.FTPS_EXPLICIT)), side)
    old = configparser.ConfigParser()
    old.read_string("[services/1]\n" + files["config/sftpplus-5.19.ini"].decode())
    options = old["services/1"]
    assert ders(options["ssl_certificate"].encode()) == ders(files[f"{side}_cert.pem"])
    assert options["ssl_key"].strip() == files[f"{side}_key.pem"].decode().strip()
    accepted = files[f"{side.other}_cert.pem"]
    assert ders(options["ssl_certificate_authority"].encode()) == ders(accepted)
    new = configparser.ConfigParser()
    new.read_string(files["config/sftpplus-5.20.ini"].decode())
    items = {new[name]["type"]: new[name]["content"] for name in new.sections()}
    assert items.keys() == {"private-certificate", "trusted-certificates"}
    # The key, then exactly one certificate that is no CA.
    labels = [span.label for span in pem.spans(items["private-certificate"].encode())]
    assert labels == ["ENCRYPTED PRIVATE KEY", "CERTIFICATE"]
    for line in files["config/sftpplus-5.19.ini"].decode().splitlines():
        assert not line.startswith("-----")


HOSTILE = (
    "al'ice",
    'al"ice\\',
    "a;ice`id`$(id)",
    "../../etc/passwd",
    "alice</title><script>",
    "a:b@c/d?e#f",
    "älice 雪",
)


@pytest.mark.parametrize("account", HOSTILE)
@EVERY_PROTOCOL
def test_whatever_an_account_is_called_files_and_names_stay_whole(
    account: str, protocol: Protocol
) -> None:
    meeting = meeting_of(protocol, account=account)
    kit = kit_of(meeting, client=client_pair(account), encrypted=False)
    for side in Side:
        packed = pack(kit.of(side))
        with zipfile.ZipFile(BytesIO(packed)) as archive:
            names = archive.namelist()
        assert all(re.fullmatch(r"(config/)?[A-Za-z0-9_.-]+", name) for name in names)
        files = unpack(packed)
        read_identity(files, side)
        for name, content in files.items():
            if name.endswith(".py"):
                compile(content.decode(), name, "exec")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"addresses": ()}, "address_missing"),
        ({"addresses": ("a b",)}, "address_malformed"),
        ({"addresses": ("FTP.example.com",)}, "address_malformed"),
        ({"addresses": ("ftp.example.com:21",)}, "address_malformed"),
        ({"addresses": ("ftp.example.com\nx",)}, "address_malformed"),
        ({"addresses": ("*.example.com",)}, "wildcard"),
        ({"addresses": ("a.example", "a.example")}, "address_twice"),
        ({"addresses": tuple(f"a{n}.example" for n in range(21))}, "addresses_too_many"),
        ({"port": 0}, "port"),
        ({"port": 65_536}, "port"),
        ({"account": ""}, "account_missing"),
        ({"account": " alice"}, "account_characters"),
        ({"account": "al\nice"}, "account_characters"),
        ({"account": "al\u202eice"}, "account_characters"),
        ({"account": "a" * 201}, "account_too_long"),
    ],
)
def test_no_meeting_is_made_of_what_would_break_a_file(
    changes: dict[str, object], why: str
) -> None:
    given: dict[str, object] = {
        "protocol": Protocol.HTTPS,
        "addresses": ("ftp.example.com",),
        "port": 443,
        "account": "alice",
        "made_at": NOW,
    }
    with pytest.raises(KitRefused) as refused:
        Meeting(**(given | changes))  # type: ignore[arg-type]
    assert refused.value.data["why"] == why


def test_both_sides_with_one_key_are_refused() -> None:
    same = server_pair()
    with pytest.raises(KitRefused) as refused:
        make_kit(meeting=meeting_of(), server=same.own(), client=same.own())
    assert refused.value.data["why"] == "one_key"


def test_a_side_without_a_certificate_is_refused() -> None:
    with pytest.raises(KitRefused):
        Own(shown=Shown(chain=()))


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/b/c", ".hidden", "a\\b", "a b", ""])
def test_an_archive_with_an_unsafe_name_is_not_read(name: str) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name or "..", b"x")
    with pytest.raises(ArchiveWrong):
        unpack(packed.getvalue())


def test_what_is_no_archive_is_said_to_be_none() -> None:
    with pytest.raises(ArchiveWrong) as wrong:
        unpack(b"PK\x03\x04 nothing")
    assert wrong.value.data["why"] == "not_readable"


@pytest.mark.parametrize("protocol", [Protocol.HTTPS, Protocol.FTPS_EXPLICIT])
def test_a_server_that_accepts_authorities_is_told_that_they_vouch_for_others_too(
    protocol: Protocol,
) -> None:
    named = "config/nginx.conf" if protocol is Protocol.HTTPS else "config/vsftpd.conf"
    issued = files_of(kit_of(meeting_of(protocol), client=issued_pair(Side.CLIENT)), Side.SERVER)
    alone = files_of(kit_of(meeting_of(protocol)), Side.SERVER)
    for name in (named, "README.txt"):
        assert b"compare" in issued[name].lower().replace(b"compare by phone", b"")
        assert b"every certificate of the" in issued[name].lower()
        assert b"every certificate of the" not in alone[name].lower()
