"""A look at real servers: OpenSSL, pyftpdlib and asyncssh, in processes of their own."""

from __future__ import annotations

import asyncio
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pki.key_faces import key_faces
from pki.names import read_name
from pki.probe.look import look_at
from pki.probe.values import ClientAsked, Seen
from pki.ssh_wire import spki_from_blob
from tests.peers.running import ftps_server, key_pem, openssl_server, sftp_server, written
from tests.pki.chains import make_ca
from tests.pki.probe.conftest import LOOPBACK, Chain, at


def by_name(host: str, port: int) -> tuple[str, ...]:
    return ("127.0.0.1",)


def test_a_chain_is_seen_as_it_was_sent_the_wrong_order_and_the_root_included(
    chain: Chain, folder: Path
) -> None:
    sent = (chain.leaf, chain.root, chain.intermediate)
    with openssl_server(folder, *sent) as port:
        seen = look_at(at("https", port), allow=LOOPBACK)
    assert seen.tls is not None
    assert seen.tls.certificates == tuple(one.der for one in sent)
    assert (seen.address, seen.tls.version, seen.tls.client) == (
        "127.0.0.1",
        "TLSv1.3",
        ClientAsked.NO,
    )
    assert seen.tls.cipher.startswith("TLS_")
    assert Seen.from_json(seen.to_json()) == seen


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize(
    ("verify", "expected"), [("-verify", ClientAsked.OPTIONAL), ("-Verify", ClientAsked.REQUIRED)]
)
def test_whether_a_client_certificate_is_asked_for_and_needed(
    chain: Chain, folder: Path, version: str, verify: str, expected: ClientAsked
) -> None:
    authorities = written(folder / "authorities.pem", chain.root.pem)
    options = (version, verify, "2", "-CAfile", authorities)
    with openssl_server(folder, chain.leaf, chain.intermediate, options=options) as port:
        seen = look_at(at("tls", port), allow=LOOPBACK)
    assert seen.tls is not None
    assert len(seen.tls.certificates) == 2, "the chain is seen, the refusal notwithstanding"
    asked = seen.tls.client
    # Before TLS 1.3 a server that goes on says so in its Finished alone.
    assert asked in ({expected} if version == "-tls1_3" else {expected, ClientAsked.UNDECIDED})
    assert (expected is ClientAsked.REQUIRED) == bool(seen.tls.alert)
    assert [read_name(name).cn for name in seen.tls.ca_names] == ["Probe root"]


@pytest.mark.parametrize(("option", "version"), [("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1")])
def test_an_old_server_is_seen_and_its_version_told(
    chain: Chain, folder: Path, option: str, version: str
) -> None:
    options = (option, "-cipher", "ALL:@SECLEVEL=0")
    with openssl_server(folder, chain.leaf, options=options) as port:
        seen = look_at(at("https", port), allow=LOOPBACK)
    assert seen.tls is not None
    assert (seen.tls.version, seen.tls.certificates) == (version, (chain.leaf.der,))


def test_a_name_is_sent_so_that_the_server_can_choose(chain: Chain, folder: Path) -> None:
    other = make_ca("Another host")
    options = (
        *("-servername", "files.example.com"),
        *("-cert2", written(folder / "second.pem", other.pem)),
        *("-key2", folder / "second-key.pem"),
    )
    written(folder / "second-key.pem", key_pem(other))
    with openssl_server(folder, chain.leaf, options=options) as port:
        named = look_at(at("https", port, "files.example.com"), allow=LOOPBACK, resolver=by_name)
        plain = look_at(at("https", port), allow=LOOPBACK)
    assert named.tls is not None
    assert plain.tls is not None
    assert named.tls.certificates == (other.der,)
    assert plain.tls.certificates == (chain.leaf.der,)


@pytest.mark.parametrize("mode", ["explicit", "implicit"])
@pytest.mark.parametrize("with_clients", [False, True], ids=["anybody", "client certificates"])
def test_ftps_is_spoken_both_ways(
    chain: Chain, folder: Path, mode: str, with_clients: bool
) -> None:
    clients = chain.root if with_clients else None
    with ftps_server(folder, mode, chain.leaf, chain.intermediate, clients=clients) as port:
        seen = look_at(at(f"ftps_{mode}", port), allow=LOOPBACK)
    assert seen.tls is not None
    assert seen.tls.certificates == (chain.leaf.der, chain.intermediate.der)
    assert seen.tls.auth == ("AUTH TLS" if mode == "explicit" else "")
    wanted = {ClientAsked.REQUIRED, ClientAsked.UNDECIDED} if with_clients else {ClientAsked.NO}
    assert seen.tls.client in wanted
    assert [read_name(name).cn for name in seen.tls.ca_names] == (
        ["Probe root"] if with_clients else []
    )


def host_keys(folder: Path, *kinds: tuple[str, str]) -> list[Path]:
    paths = []
    for kind, bits in kinds:
        path = folder / f"host-{kind}-{bits}"
        if not path.exists():
            command = ["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-f", str(path)]
            subprocess.run(command, check=True)
        paths.append(path)
    return paths


def test_every_host_key_of_an_sftp_server_is_seen_as_ssh_keyscan_sees_it(folder: Path) -> None:
    paths = host_keys(
        folder, ("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "521"), ("rsa", "2048")
    )
    with sftp_server(*paths) as port:
        seen = look_at(at("sftp", port), allow=LOOPBACK)
        scanned = subprocess.run(
            ["ssh-keyscan", "-p", str(port), "-t", "rsa,ecdsa,ed25519", "127.0.0.1"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    assert seen.ssh is not None
    lines = {key_faces(spki_from_blob(key.blob)).openssh_line for key in seen.ssh.keys}
    assert lines == {" ".join(path.with_suffix(".pub").read_text().split()[:2]) for path in paths}
    assert {line.split(" ", 1)[1] for line in scanned.splitlines() if line[:1] != "#"} <= lines
    assert seen.ssh.ident.startswith("SSH-2.0-AsyncSSH")
    assert seen.ssh.unseen == ()
    assert Seen.from_json(seen.to_json()) == seen


def test_an_sftp_server_is_seen_from_within_a_running_loop_as_well(folder: Path) -> None:
    async def asked() -> Seen:
        return look_at(at("sftp", port), allow=LOOPBACK)

    # Other tests leave a loop in this thread.
    with (
        sftp_server(*host_keys(folder, ("ed25519", "256"))) as port,
        ThreadPoolExecutor(max_workers=1) as thread,
    ):
        seen = thread.submit(asyncio.run, asked()).result()
    assert seen.ssh is not None
    assert [key.algorithm for key in seen.ssh.keys] == ["ssh-ed25519"]


def test_no_key_and_no_configuration_of_the_user_is_touched(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host *\n  ProxyCommand false\n  Port 1\n")
    (tmp_path / ".ssh" / "known_hosts").write_text("nonsense\n")
    (tmp_path / ".ssh" / "id_ed25519").write_text("nonsense\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "no-agent"))
    with sftp_server(*host_keys(folder, ("ed25519", "256"))) as port:
        seen = look_at(at("sftp", port), allow=LOOPBACK)
    assert seen.ssh is not None
    assert [key.algorithm for key in seen.ssh.keys] == ["ssh-ed25519"]
