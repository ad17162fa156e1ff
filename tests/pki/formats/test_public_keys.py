"""Public keys alone, in the forms in which partners send them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from pki import ssh_wire
from pki.errors import LimitExceeded
from pki.formats.key_file import KeyFileContents
from pki.formats.public_keys import read_public_keys
from pki.limits import Limits
from tests.pki.real_tools import (
    OPENSSL_ALGORITHMS,
    SSH_ALGORITHMS,
    Workshop,
    needs_puttygen,
    run,
)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def line(workshop: Workshop) -> str:
    """The line of a `.pub` file."""
    return Path(f"{workshop.ssh_key('Ed25519')}.pub").read_text().strip()


def codes(contents: KeyFileContents) -> list[str]:
    return [found.code for found in contents.findings]


@pytest.mark.parametrize("algorithm", OPENSSL_ALGORITHMS)
def test_subject_public_key_info_is_read(workshop: Workshop, algorithm: str) -> None:
    spki = workshop.spki(workshop.openssl_key(algorithm))
    armoured = run("openssl", "pkey", "-in", workshop.openssl_key(algorithm), "-pubout")
    for data in (spki, armoured):
        (found,) = read_public_keys(data).public_keys
        assert (found.spki, found.container) == (spki, "spki")


def test_pkcs1_public_keys_are_read(workshop: Workshop) -> None:
    key = workshop.openssl_key("RSA-2048")
    for outform in ("PEM", "DER"):
        data = run("openssl", "rsa", "-in", key, "-RSAPublicKey_out", "-outform", outform)
        (found,) = read_public_keys(data).public_keys
        assert (found.spki, found.container) == (workshop.spki(key), "pkcs1")


@pytest.mark.parametrize("algorithm", SSH_ALGORITHMS)
def test_the_line_and_rfc4716_give_the_same_key(workshop: Workshop, algorithm: str) -> None:
    public = Path(f"{workshop.ssh_key(algorithm)}.pub")
    (plain,) = read_public_keys(public.read_bytes()).public_keys
    (rfc4716,) = read_public_keys(run("ssh-keygen", "-e", "-f", public)).public_keys
    assert plain.spki == rfc4716.spki
    assert (plain.container, rfc4716.container) == ("openssh", "rfc4716")
    assert plain.comment == "a person@host"
    if algorithm != "Ed25519":
        spki = run("ssh-keygen", "-e", "-m", "PKCS8", "-f", public)
        assert read_public_keys(spki).public_keys[0].spki == plain.spki


@needs_puttygen
def test_puttys_public_file_is_read_with_its_comment(workshop: Workshop) -> None:
    key = workshop.putty_key("Ed448")
    (found,) = read_public_keys(run("puttygen", key, "-O", "public")).public_keys
    assert found.facts.algorithm == "Ed448"
    assert found.comment.startswith("eddsa-key-")


def test_authorized_keys_with_options(line: str) -> None:
    options = 'from="10.0.0.0/8,*.example.com",command="echo \\"a b\\" c",no-pty'
    text = f"# mine\n\n{options} {line}\nrestrict {line}\n{line}\n"
    contents = read_public_keys(text.encode())
    assert [found.prefix for found in contents.public_keys] == [options, "restrict", ""]
    assert [found.container for found in contents.public_keys] == [
        "authorized_keys",
        "authorized_keys",
        "openssh",
    ]
    assert [found.line for found in contents.public_keys] == [3, 4, 5]


def test_known_hosts_with_ports_hashes_and_markers(line: str) -> None:
    key = " ".join(line.split()[:2])
    text = (
        f"host.example,10.0.0.1 {key}\n[host.example]:2222 {key} comment\n"
        f"|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= {key}\n"
        f"@revoked * {key}\n"
    )
    contents = read_public_keys(text.encode())
    assert [found.container for found in contents.public_keys] == ["known_hosts"] * 4
    assert contents.public_keys[1].prefix == "[host.example]:2222"
    assert codes(contents) == ["keyfile.hashed_hosts", "keyfile.revoked_line"]


@pytest.mark.parametrize("kind", ["pkcs8", "traditional", "openssh", "pkcs12", "der", "putty-like"])
def test_a_private_key_is_not_kept_where_a_public_one_was_expected(
    workshop: Workshop, kind: str
) -> None:
    key = workshop.openssl_key("P-256")
    made: dict[str, Callable[[], bytes]] = {
        "pkcs8": lambda: key.read_bytes(),
        "traditional": lambda: run("openssl", "pkey", "-in", key, "-traditional"),
        "openssh": lambda: workshop.ssh_key("Ed25519").read_bytes(),
        "pkcs12": lambda: run(
            "openssl", "pkcs12", "-export", "-nocerts", "-inkey", key, "-passout", "pass:x"
        ),
        "der": lambda: run("openssl", "pkey", "-in", key, "-outform", "DER"),
        "putty-like": lambda: b"PuTTY-User-Key-File-3: ssh-ed25519\n",
    }
    contents = read_public_keys(made[kind]())
    assert codes(contents) == ["keyfile.private_where_public"]
    assert not contents.public_keys
    assert not contents.private_keys


def test_hardware_keys_and_certificates_of_ssh_are_unsupported() -> None:
    for name in (b"sk-ssh-ed25519@openssh.com", b"ssh-ed25519-cert-v01@openssh.com"):
        blob = base64.b64encode(ssh_wire.string(name) + ssh_wire.string(bytes(32)))
        assert codes(read_public_keys(name + b" " + blob)) == ["keyfile.unsupported_algorithm"]


def test_damaged_lines_are_findings_with_their_line(line: str) -> None:
    algorithm, encoded, _ = line.split(maxsplit=2)
    text = f"{line}\n{algorithm} {encoded[:-8]}\n{algorithm} !!!!\nssh-rsa {encoded}x\n"
    contents = read_public_keys(text.encode())
    assert len(contents.public_keys) == 1
    assert [(found.code, found.place) for found in contents.findings] == [
        ("keyfile.damaged", f"line {number}") for number in (2, 3, 4)
    ]


def test_a_point_off_its_curve_is_damaged() -> None:
    blob = (
        ssh_wire.string(b"ecdsa-sha2-nistp256")
        + ssh_wire.string(b"nistp256")
        + ssh_wire.string(b"\x04" + bytes(63) + b"\x05")
    )
    line = b"ecdsa-sha2-nistp256 " + base64.b64encode(blob)
    assert codes(read_public_keys(line)) == ["keyfile.damaged"]


def test_nothing_and_a_certificate_are_said(workshop: Workshop) -> None:
    assert codes(read_public_keys(b"good morning")) == ["keyfile.nothing_found"]
    key = workshop.openssl_key("P-256")
    certificate = run("openssl", "req", "-x509", "-key", key, "-subj", "/CN=a")
    assert codes(read_public_keys(certificate)) == ["keyfile.certificate_only"]


def test_too_many_lines_name_the_limit(line: str) -> None:
    with pytest.raises(LimitExceeded) as met:
        read_public_keys(f"{line}\n".encode() * 11, limits=Limits(blocks=10))
    assert met.value.data == {"limit": "blocks", "value": 11, "maximum": 10}


def test_control_characters_of_a_comment_are_shown(line: str) -> None:
    hostile = f"{line}\x1b[2J\u202eevil"
    (found,) = read_public_keys(hostile.encode()).public_keys
    assert "\x1b" not in found.comment
    assert "\u202e" not in found.comment
