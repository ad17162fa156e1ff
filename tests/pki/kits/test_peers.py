"""Real peers on loopback, set up with nothing but what the archives hold.

An archive has to be there before the server that gives its port, so the files name port 1 and the
tests put the true one in; nothing else of them is touched.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pki.kits.archive import pack
from pki.kits.meeting import Protocol, Side
from tests.peers.running import kit_ftps_server, kit_https_server
from tests.pki.kits.made import (
    PHRASE,
    Pair,
    client_pair,
    issued_pair,
    kit_of,
    meeting_of,
    server_pair,
    unpacked,
)

PASS = PHRASE.decode()
MODES = {Protocol.FTPS_EXPLICIT: "explicit", Protocol.FTPS_IMPLICIT: "implicit"}
PAIRS = {
    "self-signed": (server_pair("localhost"), client_pair()),
    "issued": (issued_pair(Side.SERVER), issued_pair(Side.CLIENT)),
    "mixed": (server_pair("localhost", algorithm="RSA-2048"), issued_pair(Side.CLIENT)),
}
every_pair = pytest.mark.parametrize("pairs", PAIRS.values(), ids=PAIRS)
both_ftps = pytest.mark.parametrize("protocol", MODES)


class Laid:
    """The archives of a kit, unpacked; the client's files name the port once it is known."""

    def __init__(self, folder: Path, protocol: Protocol, server: Pair, client: Pair) -> None:
        meeting = meeting_of(protocol, addresses=("localhost",), port=1)
        kit = kit_of(meeting, server=server, client=client)
        self.server = unpacked(pack(kit.server), folder / "server")
        self.client = unpacked(pack(kit.client), folder / "client")

    def at(self, port: int) -> Path:
        for path in (self.client / "config").iterdir():
            told = re.sub(r"localhost(:|', )1\b", rf"localhost\g<1>{port}", path.read_text())
            path.write_text(told)
        return self.client


@contextlib.contextmanager
def serving(laid: Laid, protocol: Protocol) -> Iterator[int]:
    if protocol in MODES:
        with kit_ftps_server(MODES[protocol], laid.server, PASS) as port:
            yield port
    else:
        with kit_https_server(laid.server, PASS) as port:
            yield port


def curl(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """curl by its configuration file, in the folder of the client's files."""
    command = ["curl", "-sS", "--max-time", "20", "--config", "config/curl.conf", "--pass", PASS]
    return subprocess.run(
        [*command, *options], cwd=folder, capture_output=True, text=True, check=False
    )


def without_certificate(folder: Path) -> None:
    """Take the lines out that say who the client is."""
    path = folder / "config" / "curl.conf"
    lines = [
        line for line in path.read_text().splitlines() if not line.startswith(("cert =", "key ="))
    ]
    path.write_text("\n".join(lines))


LOGIN = ("--user", "alice:pw-of-alice")


@every_pair
@pytest.mark.parametrize(
    "protocol", [Protocol.HTTPS, Protocol.FTPS_EXPLICIT, Protocol.FTPS_IMPLICIT]
)
def test_curl_connects_with_the_files_of_its_archive_and_not_without(
    protocol: Protocol, pairs: tuple[Pair, Pair], tmp_path: Path
) -> None:
    laid = Laid(tmp_path, protocol, *pairs)
    # Another kit for the same two names: its certificate of the client is as good, and not this one.
    strange = client_pair("alice", algorithm="P-384")
    stranger = Laid(tmp_path / "stranger", protocol, pairs[0], strange)
    options = LOGIN if protocol in MODES else ()
    with serving(laid, protocol) as port:
        folder = laid.at(port)
        done = curl(folder, *options)
        assert done.returncode == 0, done.stderr
        assert ("hello.txt" if protocol in MODES else "s_server") in done.stdout
        refused = curl(stranger.at(port), *options)
        assert refused.returncode != 0
        assert "hello.txt" not in refused.stdout
        without_certificate(folder)
        refused = curl(folder, *options)
        assert refused.returncode != 0
        assert "hello.txt" not in refused.stdout


@pytest.mark.parametrize("protocol", [Protocol.HTTPS, Protocol.FTPS_EXPLICIT])
def test_curl_refuses_a_server_of_another_kit(protocol: Protocol, tmp_path: Path) -> None:
    server, client = PAIRS["self-signed"]
    laid = Laid(tmp_path, protocol, server, client)
    other = Laid(tmp_path / "other", protocol, server_pair("localhost", algorithm="P-384"), client)
    with serving(other, protocol) as port:
        refused = curl(laid.at(port), *(LOGIN if protocol in MODES else ()))
        assert refused.returncode == 60, refused
        assert "self-signed certificate" in refused.stderr


def s_client(folder: Path) -> subprocess.CompletedProcess[str]:
    """The command of config/openssl.txt, the passphrase given."""
    text = (folder / "config" / "openssl.txt").read_text()
    command = "".join(
        line.rstrip("\\\n") for line in text.splitlines(keepends=True) if line[0] != "#"
    )
    return subprocess.run(
        [*command.split(), "-pass", f"pass:{PASS}"],
        cwd=folder,
        input="Q\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@every_pair
@pytest.mark.parametrize("protocol", [Protocol.TLS, Protocol.HTTPS, *MODES])
def test_s_client_says_ok_by_the_command_of_its_archive(
    protocol: Protocol, pairs: tuple[Pair, Pair], tmp_path: Path
) -> None:
    laid = Laid(tmp_path, protocol, *pairs)
    other = Laid(
        tmp_path / "other", protocol, server_pair("localhost", algorithm="P-384"), pairs[1]
    )
    with serving(laid, protocol) as port:
        done = s_client(laid.at(port))
        assert "Verify return code: 0 (ok)" in done.stdout, done.stderr
        # A client that expects another server ends the handshake.
        refused = s_client(other.at(port))
        assert refused.returncode != 0
        assert "Verify return code: 0 (ok)" not in refused.stdout


def python_script(folder: Path, name: str, *answers: str) -> tuple[int, str]:
    """A script of the archive at a terminal of its own, each question answered."""
    process_id, terminal = pty.fork()
    if process_id == 0:  # pragma: no cover - the child becomes the script
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, f"config/{name}"])
    said = b""
    waiting = list(answers)
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 4096):
            said += part
            if waiting and said.rstrip().endswith(b":"):
                os.write(terminal, f"{waiting.pop(0)}\n".encode())
                said += b"|"
    os.close(terminal)
    _, status = os.waitpid(process_id, 0)
    return os.waitstatus_to_exitcode(status), said.decode()


@pytest.mark.parametrize("protocol", [Protocol.TLS, Protocol.HTTPS, *MODES])
def test_the_python_client_of_the_archive_connects(protocol: Protocol, tmp_path: Path) -> None:
    laid = Laid(tmp_path, protocol, *PAIRS["self-signed"])
    answers = (PASS, "pw-of-alice") if protocol in MODES else (PASS,)
    expected = {Protocol.TLS: "TLSv1.3", Protocol.HTTPS: "200"}
    with serving(laid, protocol) as port:
        code, said = python_script(laid.at(port), "client.py", *answers)
        assert code == 0, said
        assert expected.get(protocol, "hello.txt") in said
        # With another kit's certificate it is refused.
        strange = client_pair("alice", algorithm="P-384")
        stranger = Laid(tmp_path / "other", protocol, PAIRS["self-signed"][0], strange)
        code, said = python_script(stranger.at(port), "client.py", *answers)
        assert code != 0, said


def test_a_client_of_python_3_13_accepts_the_servers_certificate(tmp_path: Path) -> None:
    """Its default context checks by the letter of RFC 5280 (VERIFY_X509_STRICT)."""
    laid = Laid(tmp_path, Protocol.TLS, *PAIRS["self-signed"])
    with serving(laid, Protocol.TLS) as port:
        script = laid.at(port) / "config" / "client.py"
        text = script.read_text()
        strict = "context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN\n"
        changed = text.replace("context.load_cert_chain", f"{strict}context.load_cert_chain")
        assert changed != text
        script.write_text(changed)
        code, said = python_script(laid.client, "client.py", PASS)
        assert code == 0, said


def test_the_python_server_of_the_archive_lets_in_its_client_alone(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    laid = Laid(tmp_path, Protocol.HTTPS, *PAIRS["self-signed"])
    script = laid.server / "config" / "server.py"
    told = script.read_text().replace('("", 1)', f'("127.0.0.1", {port})')
    told = told.replace('getpass.getpass("Passphrase of the key: ")', repr(PASS))
    script.write_text(told)
    server = subprocess.Popen(
        [sys.executable, "-u", "config/server.py"],
        cwd=laid.server,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        options = ("--retry", "20", "--retry-connrefused", "--retry-delay", "1")
        curl(laid.at(port), *options)
        assert "'commonName', 'alice'" in server.stdout.readline()
        without_certificate(laid.client)
        curl(laid.client)
        assert "did not return a certificate" in server.stdout.readline()
    finally:
        server.kill()
        server.communicate()
