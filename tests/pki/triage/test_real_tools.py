"""What the tools on this machine really print, against a server on loopback with a fault."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pki.triage.clues import ClueKind
from pki.triage.meaning import Side
from pki.triage.triage import Triage, triage
from pki.verify.openssl import error_text
from tests.e2e.material import authority
from tests.e2e.material import server as end_entity
from tests.pki.triage.peers import Server, free_port, said_by, serving, write, write_key

# The tools ask the clock of this machine, so these are valid now.
ROOT = authority("Triage Root")
ISSUING = authority("Triage Issuing", ROOT)
SERVER = end_entity("localhost", ISSUING)
CLIENT = end_entity("partner-7", ISSUING)
OTHER = authority("Somebody Else")


@pytest.fixture
def leaf_alone(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A server that forgets to send its intermediate, and the root that its clients trust."""
    certificate = write(tmp_path, "server.pem", SERVER)
    key = write_key(tmp_path, "server.key", SERVER)
    root = write(tmp_path, "root.pem", ROOT)
    with serving("-cert", certificate, "-key", key) as server:
        yield server, root


def codes(answer: Triage) -> list[str]:
    return [finding.code for finding in answer.findings]


def test_s_client_and_a_missing_intermediate(leaf_alone: tuple[Server, Path]) -> None:
    server, root = leaf_alone
    said = said_by(
        *("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", root),
        "-verify_return_error",
    )
    answer = triage(said)
    [finding] = answer.findings
    assert (finding.code, finding.depth, finding.refused_by) == ("verify.20", 0, Side.CLIENT)
    assert finding.program == "OpenSSL"
    names = [clue for clue in finding.clues if clue.kind is ClueKind.NAME]
    assert ("CN", "localhost") in names[0].attributes


def test_a_whole_s_client_transcript_is_one_failure(leaf_alone: tuple[Server, Path]) -> None:
    server, root = leaf_alone
    said = said_by(
        *("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", root),
        expect_failure=False,
    )
    answer = triage(said)
    assert codes(answer) == ["verify.20"], "20 and 21 are one failure, however often it is said"
    [finding] = answer.findings
    assert "verify.21" in finding.also
    assert finding.issuer is not None
    assert ("CN", "Triage Issuing") in finding.issuer.attributes
    digests = [clue.value for clue in answer.clues if clue.kind is ClueKind.SHA256]
    assert SERVER.sha256 in digests, "the certificate in the transcript is found by its bytes"
    assert answer.certificates[0].text.encode() == SERVER.pem


def test_curl_and_a_missing_intermediate(leaf_alone: tuple[Server, Path]) -> None:
    server, root = leaf_alone
    said = said_by("curl", "-v", "--cacert", root, f"https://localhost:{server.port}/")
    answer = triage(said)
    assert codes(answer) == ["verify.20"]
    assert answer.findings[0].refused_by is Side.CLIENT
    assert answer.findings[0].program == "curl"


def test_curl_and_the_wrong_name(tmp_path: Path, leaf_alone: tuple[Server, Path]) -> None:
    server, _ = leaf_alone
    trusted = write(tmp_path, "both.pem", ROOT, ISSUING)
    url = f"https://ftp.example.org:{server.port}/"
    resolve = f"ftp.example.org:{server.port}:127.0.0.1"
    said = said_by("curl", "-v", "--cacert", trusted, "--resolve", resolve, url)
    [finding] = triage(said).findings
    assert finding.code == "verify.62"
    hosts = {clue.value for clue in finding.clues if clue.kind is ClueKind.HOST}
    assert "ftp.example.org" in hosts


def test_curl_without_a_client_certificate(tmp_path: Path) -> None:
    """TLS 1.3: the client learns by an alert, after it believed to be connected."""
    certificate = write(tmp_path, "server.pem", SERVER, ISSUING)
    key = write_key(tmp_path, "server.key", SERVER)
    root = write(tmp_path, "root.pem", ROOT)
    with serving("-cert", certificate, "-key", key, "-CAfile", root, "-Verify", "2") as server:
        said = said_by(
            *("curl", "-v", "--cacert", write(tmp_path, "all.pem", ROOT, ISSUING)),
            f"https://localhost:{server.port}/",
        )
        log = server.stop()
    [told] = triage(said).findings
    assert (told.code, told.refused_by) == ("alert.116", Side.SERVER)
    [logged] = triage(log).findings
    assert (logged.code, logged.refused_by) == ("tls.no_client_certificate", Side.SERVER)


def test_both_sides_of_a_refused_client_certificate(tmp_path: Path) -> None:
    certificate = write(tmp_path, "server.pem", SERVER, ISSUING)
    key = write_key(tmp_path, "server.key", SERVER)
    other = write(tmp_path, "other.pem", OTHER)
    client = (write(tmp_path, "client.pem", CLIENT), write_key(tmp_path, "client.key", CLIENT))
    with serving(
        *("-cert", certificate, "-key", key, "-CAfile", other, "-Verify", "2"),
        "-verify_return_error",
    ) as server:
        said = said_by(
            *("curl", "-v", "--cacert", write(tmp_path, "all.pem", ROOT, ISSUING)),
            *("--cert", client[0], "--key", client[1], f"https://localhost:{server.port}/"),
        )
        log = server.stop()
    [told] = triage(said).findings
    assert (told.code, told.refused_by) == ("alert.48", Side.SERVER)
    [logged] = triage(log).findings
    assert (logged.code, logged.depth, logged.refused_by) == ("verify.20", 1, Side.SERVER)
    # The client sends its intermediate as well; its root is what the server does not know.
    [name] = [clue for clue in logged.clues if clue.kind is ClueKind.NAME]
    assert ("CN", "Triage Issuing") in name.attributes


def test_openssl_verify(tmp_path: Path) -> None:
    moment = str(int((datetime.now(UTC) + timedelta(days=20_000)).timestamp()))
    said = said_by(
        *("openssl", "verify", "-attime", moment, "-CAfile", write(tmp_path, "root.pem", ROOT)),
        *("-untrusted", write(tmp_path, "ca.pem", ISSUING), write(tmp_path, "leaf.pem", SERVER)),
    )
    answer = triage(said)
    assert {finding.code for finding in answer.findings} == {"verify.10"}
    assert {finding.depth for finding in answer.findings} >= {0}


def test_pythons_ssl(leaf_alone: tuple[Server, Path]) -> None:
    server, root = leaf_alone
    script = (
        "import urllib.request, ssl, sys;"
        "urllib.request.urlopen(sys.argv[1], context=ssl.create_default_context(cafile=sys.argv[2]))"
    )
    said = said_by(sys.executable, "-c", script, f"https://localhost:{server.port}/", root)
    assert "Traceback" in said
    [finding] = triage(said).findings
    assert (finding.code, finding.refused_by) == ("verify.20", Side.CLIENT)
    assert finding.program == "Python"


def test_pythons_ftplib_against_what_is_no_ftp_server(leaf_alone: tuple[Server, Path]) -> None:
    closed = free_port()
    script = "import ftplib, sys; ftplib.FTP_TLS().connect('127.0.0.1', int(sys.argv[1]), 5)"
    [finding] = triage(said_by(sys.executable, "-c", script, str(closed))).findings
    assert finding.code == "net.refused"


def test_tls_to_a_port_without_tls() -> None:
    with socket.socket() as plain:
        plain.bind(("127.0.0.1", 0))
        plain.listen()
        port = plain.getsockname()[1]
        process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        connection, _ = plain.accept()
        with connection:
            connection.sendall(b"220 Welcome to an FTP server.\r\n")
            connection.recv(1000)
        said, _ = process.communicate(timeout=30)
    [finding] = triage(said).findings
    assert finding.code == "tls.not_tls"


def test_a_key_that_does_not_belong_to_the_certificate(tmp_path: Path) -> None:
    said = said_by(
        *("openssl", "s_server", "-accept", f"127.0.0.1:{free_port()}"),
        *("-cert", write(tmp_path, "server.pem", SERVER)),
        *("-key", write_key(tmp_path, "other.key", CLIENT)),
    )
    assert "key.mismatch" in codes(triage(said))


def test_ssh_and_a_port_that_is_closed() -> None:
    said = said_by(
        *("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-p", str(free_port())),
        "acme@127.0.0.1",
        "true",
    )
    assert codes(triage(said)) == ["net.refused"]


def test_the_same_openssl_says_what_the_table_says() -> None:
    """Every text of this OpenSSL is recognised as its own number."""
    for number in (2, 3, 7, 9, 10, 12, 18, 19, 20, 21, 22, 23, 24, 26, 47, 62, 64, 66, 67, 68, 79):
        line = f"error {number} at 0 depth lookup: {error_text(number)}"
        [finding] = triage(line).findings
        assert (finding.code, finding.printed) == (f"verify.{number}", 0)
