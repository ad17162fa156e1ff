"""The faces of a key are those that the tools print, character for character."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from pki.formats.public_keys import read_public_keys
from pki.key_faces import (
    BadKeyLine,
    Fingerprints,
    authorized_keys_line,
    key_faces,
    known_hosts_line,
    openssh_line,
)
from pki.key_generation import KeySpec, KeySpecRefused, generate, public_part
from tests.pki.real_tools import OPENSSL_ALGORITHMS, SSH_ALGORITHMS, Workshop, run


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def spki() -> bytes:
    return public_part(generate(KeySpec(algorithm="Ed25519")))


@pytest.mark.parametrize("algorithm", OPENSSL_ALGORITHMS)
def test_pem_pin_and_fingerprints_are_openssls(workshop: Workshop, algorithm: str) -> None:
    key = workshop.openssl_key(algorithm)
    spki = workshop.spki(key)
    faces = key_faces(spki)
    assert faces.spki_pem.encode() == run("openssl", "pkey", "-in", key, "-pubout")
    pin = run("openssl", "dgst", "-sha256", "-binary", data=spki)
    assert (faces.pin_base64, faces.pin_hex) == (base64.b64encode(pin).decode(), pin.hex())
    printed = {
        digest: run("openssl", "dgst", "-c", f"-{digest}", data=spki)
        .decode()
        .split("= ")[1]
        .strip()
        for digest in ("md5", "sha1", "sha256")
    }
    assert faces.spki == Fingerprints(**printed)


@pytest.mark.parametrize("algorithm", SSH_ALGORITHMS)
def test_ssh_lines_and_fingerprints_are_ssh_keygens(workshop: Workshop, algorithm: str) -> None:
    public = Path(f"{workshop.ssh_key(algorithm)}.pub")
    (found,) = read_public_keys(public.read_bytes()).public_keys
    faces = key_faces(found.spki, comment=found.comment)
    assert faces.openssh_line == public.read_text().strip()
    assert faces.ssh == Fingerprints(
        **{digest: workshop.ssh_fingerprint(public, digest) for digest in ("md5", "sha1", "sha256")}
    )
    assert faces.ssh_keygen_line == run("ssh-keygen", "-l", "-f", public).decode().strip()


def test_a_known_hosts_line_is_found_by_ssh_keygen(tmp_path: Path, spki: bytes) -> None:
    salt = hashlib.sha1(b"any twenty octets", usedforsecurity=False).digest()
    file = tmp_path / "known_hosts"
    file.write_text(
        "\n".join(
            (
                known_hosts_line(spki, ["sftp.example.com", "192.0.2.1"]),
                known_hosts_line(spki, ["ftp.example.com"], port=2222),
                known_hosts_line(spki, ["hidden.example.com"], salt=salt),
                known_hosts_line(spki, ["hidden.example.com"], port=2022, salt=salt),
                "",
            )
        )
    )
    for host in (
        "sftp.example.com",
        "192.0.2.1",
        "[ftp.example.com]:2222",
        "hidden.example.com",
        "[hidden.example.com]:2022",
    ):
        assert b"found: line" in run("ssh-keygen", "-F", host, "-f", file)
    assert "hidden" not in file.read_text()


def test_an_authorized_keys_line_is_read_by_ssh_keygen(tmp_path: Path, spki: bytes) -> None:
    file = tmp_path / "authorized_keys"
    options = ("restrict", 'from="10.0.0.0/8,192.0.2.1"', 'command="echo \\"hi there\\""')
    file.write_text(authorized_keys_line(spki, comment="partner one", options=options) + "\n")
    assert b"partner one" in run("ssh-keygen", "-l", "-f", file)


@pytest.mark.parametrize(
    "host", ["", "a b", "a,b", "*", "!a", "a\nb", "@revoked", "|1|x", "#", "[a]", "ä.de"]
)
def test_a_host_that_would_change_the_line_is_refused(spki: bytes, host: str) -> None:
    with pytest.raises(BadKeyLine):
        known_hosts_line(spki, [host])


def test_comments_options_and_ports_cannot_break_out_of_their_line(spki: bytes) -> None:
    for comment in ("a\nssh-rsa AAAA", "a\r", "\x00", " padded"):
        with pytest.raises(BadKeyLine):
            openssh_line(spki, comment=comment)
    for option in ('command="a', "no-pty ssh-rsa", "a,b", "", "a\nb"):
        with pytest.raises(BadKeyLine):
            authorized_keys_line(spki, options=[option])
    for port in (0, 65536, -1):
        with pytest.raises(BadKeyLine):
            known_hosts_line(spki, ["a"], port=port)
    with pytest.raises(BadKeyLine):
        known_hosts_line(spki, [])


def test_a_key_without_ssh_form_has_the_other_faces() -> None:
    data = run("openssl", "genpkey", "-algorithm", "X25519", "-outform", "DER")
    faces = key_faces(
        run("openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER", data=data)
    )
    assert (faces.openssh_line, faces.ssh, faces.ssh_keygen_line) == ("", None, "")
    assert len(faces.pin_hex) == 64


@pytest.mark.parametrize(
    ("algorithm", "printed"),
    [
        ("RSA-2048", "2048 bit"),
        ("P-256", "prime256v1"),
        ("P-384", "secp384r1"),
        ("P-521", "secp521r1"),
        ("Ed25519", "ED25519"),
        ("Ed448", "ED448"),
    ],
)
def test_a_generated_key_is_what_openssl_says_it_is(algorithm: str, printed: str) -> None:
    made = generate(KeySpec(algorithm=algorithm))
    text = run("openssl", "pkey", "-inform", "DER", "-noout", "-text", "-check", data=made).decode()
    assert "Key is valid" in text
    assert printed in text
    assert generate(KeySpec(algorithm="Ed25519")) != generate(KeySpec(algorithm="Ed25519"))


@pytest.mark.parametrize(
    "algorithm",
    [
        "RSA-1024",
        "RSA-2047",
        "RSA-2049",
        "RSA-8448",
        "RSA-",
        "RSA-²",
        "P-224",
        "DSA",
        "",
        "rsa-3072",
    ],
)
def test_weak_and_unknown_keys_are_never_generated(algorithm: str) -> None:
    with pytest.raises(KeySpecRefused):
        KeySpec(algorithm=algorithm)


def test_only_long_keys_are_slow() -> None:
    slow = [bits for bits in range(2048, 8193, 256) if KeySpec(algorithm=f"RSA-{bits}").is_slow]
    assert slow[0] == 4096
    assert not KeySpec(algorithm="Ed448").is_slow
    assert KeySpec().algorithm == "RSA-3072"
