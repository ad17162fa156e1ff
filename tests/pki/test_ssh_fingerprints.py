"""Fingerprints as the real tools print them, found again in what people paste."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from pki.key_faces import BadKeyLine, key_faces
from pki.ssh_fingerprints import fingerprints_in, sshfp_records
from pki.ssh_wire import spki_from_blob
from tests.pki.real_tools import SSH_ALGORITHMS, Workshop, run


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("fingerprints"))


def spki_of(public: Path) -> bytes:
    return spki_from_blob(base64.b64decode(public.read_text().split()[1]))


def public_of(workshop: Workshop, algorithm: str) -> Path:
    return workshop.ssh_key(algorithm).with_suffix(".pub")


@pytest.mark.parametrize("algorithm", SSH_ALGORITHMS)
def test_sshfp_records_are_those_of_ssh_keygen(workshop: Workshop, algorithm: str) -> None:
    public = public_of(workshop, algorithm)
    printed = run("ssh-keygen", "-r", "sftp.example.org", "-f", public).decode().splitlines()
    assert list(sshfp_records(spki_of(public), ["sftp.example.org"])) == printed


@pytest.mark.parametrize("algorithm", SSH_ALGORITHMS)
@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256"])
def test_what_ssh_keygen_prints_is_found(workshop: Workshop, algorithm: str, digest: str) -> None:
    public = public_of(workshop, algorithm)
    line = run("ssh-keygen", "-l", "-E", digest, "-f", public).decode()
    (found,) = fingerprints_in(line)
    assert found.digest == digest
    faces = key_faces(spki_of(public)).ssh
    assert faces is not None
    again = {"md5": faces.md5, "sha1": faces.sha1, "sha256": faces.sha256}[digest]
    assert fingerprints_in(again)[0].hex == found.hex


SHA256 = "SHA256:BhhmGFI8DHWLmZMvn8A0uSK2tDJLTlyKQVGl/dOZdmc"
SHA256_HEX = "06186618523c0c758b99932f9fc034b922b6b4324b4e5c8a4151a5fdd3997667"
MD5 = "7c:07:12:9c:d5:a9:1b:61:06:c0:91:54:38:71:40:ec"
MD5_HEX = MD5.replace(":", "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (SHA256, [("sha256", SHA256_HEX)]),
        (SHA256 + "=", [("sha256", SHA256_HEX)]),
        (f"ED25519 key fingerprint is {SHA256}.", [("sha256", SHA256_HEX)]),
        (
            "The authenticity of host '[sftp.example.org]:2222 ([192.0.2.7]:2222)' can't be "
            f"established.\nED25519 key fingerprint is {SHA256}.\nThis key is not known by any "
            "other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])?",
            [("sha256", SHA256_HEX)],
        ),
        (f"256 {SHA256} root@host (ED25519)", [("sha256", SHA256_HEX)]),
        # FileZilla and WinSCP, the latter in its older form too
        (f"Fingerprint: ssh-ed25519 255 {SHA256}", [("sha256", SHA256_HEX)]),
        (
            "ssh-ed25519 255 BhhmGFI8DHWLmZMvn8A0uSK2tDJLTlyKQVGl/dOZdmc=",
            [("sha256", SHA256_HEX)],
        ),
        (f"SHA-256: {SHA256.removeprefix('SHA256:')}", [("sha256", SHA256_HEX)]),
        (f"ssh-rsa 2048 {MD5}", [("md5", MD5_HEX)]),
        (f"MD5:{MD5.upper()}", [("md5", MD5_HEX)]),
        (MD5.replace(":", "-"), [("md5", MD5_HEX)]),
        (MD5_HEX, [("md5", MD5_HEX)]),
        (SHA256_HEX.upper(), [("sha256", SHA256_HEX)]),
        (
            ":".join(SHA256_HEX[at : at + 2] for at in range(0, 64, 2)),
            [("sha256", SHA256_HEX)],
        ),
        (f"sftp.example.org. 3600 IN SSHFP 4 2 {SHA256_HEX.upper()}", [("sha256", SHA256_HEX)]),
        (
            f"x IN SSHFP 4 2 ( {SHA256_HEX[:32]}\t{SHA256_HEX[32:]} )",
            [("sha256", SHA256_HEX)],
        ),
        (f"{SHA256} or {MD5}", [("sha256", SHA256_HEX), ("md5", MD5_HEX)]),
        (f"{SHA256}\n{SHA256_HEX}", [("sha256", SHA256_HEX)]),
        # what is none
        ("", []),
        ("SHA256:short", []),
        (MD5[:-3], []),
        (f"{MD5}:aa", []),
        ("0123456789abcdef" * 5, []),
        ("x IN SSHFP 4 2 abcd", []),
        ("AAAAC3NzaC1lZDI1NTE5AAAAIGmKzGkq0cLWnQ9Kq4Xx1V6Q0k2w0cQm2l1o9QyS0o9x", []),
    ],
)
def test_every_notation_is_read(text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(one.digest, one.hex) for one in fingerprints_in(text)] == wanted


def test_a_long_text_is_read_in_little_time_and_gives_fifty_at_most() -> None:
    many = "\n".join(f"SHA256:{number:042}A" for number in range(1000))
    assert len(fingerprints_in(many)) == 50
    for piece in ("a:" * 50_000, "A" * 100_000, "SSHFP 1 1 " + "a" * 50_000, "SHA256:" * 20_000):
        fingerprints_in(piece)


def test_a_key_without_an_ssh_form_has_no_record(workshop: Workshop) -> None:
    spki = workshop.spki(workshop.openssl_key("Ed448"))
    assert len(sshfp_records(spki, ["x.example"])) == 2
    with pytest.raises(BadKeyLine):
        sshfp_records(b"\x30\x00", ["x.example"])
