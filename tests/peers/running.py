"""Real servers on loopback in processes of their own: OpenSSL, pyftpdlib, asyncssh."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.pki.chains import Issued

_FOLDER = Path(__file__).resolve().parent


def key_pem(issued: Issued) -> bytes:
    return issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def written(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path


@contextlib.contextmanager
def _process(
    command: Sequence[str | Path], ready: str, *, told: bytes = b"", port: int = 0
) -> Iterator[int]:
    """Start it, tell it something, read the port that it prints (unless it has it), and end it."""
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdin.write(told)
    process.stdin.flush()
    try:
        for line in process.stdout:
            if found := re.match(ready.encode(), line):
                yield port or int(found[1])
                return
        raise AssertionError(f"{command[0]} did not start")
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def openssl_server(
    folder: Path,
    leaf: Issued,
    *chain: Issued,
    options: Sequence[str | Path] = (),
    port: int = 0,
) -> Iterator[int]:
    """`openssl s_server` with this leaf and these certificates behind it; its port, a free one."""
    command: list[str | Path] = [
        *("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-naccept", "100"),
        *("-key", written(folder / "server-key.pem", key_pem(leaf))),
        *("-cert", written(folder / "server.pem", leaf.pem)),
        *options,
    ]
    if chain:
        sent = written(folder / "server-chain.pem", *(one.pem for one in chain))
        command += ["-cert_chain", sent]
    # It names the port only where it has chosen one.
    with _process(command, "ACCEPT" if port else r"ACCEPT .*:([0-9]+)", port=port) as used:
        yield used


@contextlib.contextmanager
def ftps_server(
    folder: Path, mode: str, leaf: Issued, *chain: Issued, clients: Issued | None = None
) -> Iterator[int]:
    """An FTPS server, `explicit` or `implicit`, that requires a client certificate of `clients`."""
    certificates = written(
        folder / f"ftps-{mode}.pem", key_pem(leaf), leaf.pem, *(one.pem for one in chain)
    )
    command: list[str | Path] = [sys.executable, _FOLDER / "ftps_server.py", mode, certificates]
    if clients is not None:
        command.append(written(folder / "clients.pem", clients.pem))
    with _process(command, r"([0-9]+)$") as port:
        yield port


@contextlib.contextmanager
def sftp_server(*keys: Path) -> Iterator[int]:
    """An SFTP server with these host keys."""
    with _process([sys.executable, _FOLDER / "sftp_server.py", *keys], r"([0-9]+)$") as port:
        yield port


@contextlib.contextmanager
def kit_https_server(folder: Path, passphrase: str) -> Iterator[int]:
    """`openssl s_server` with the files of a server's archive, a client certificate required."""
    accepted = next(folder.glob("client_c[ea]*.pem"))
    chain = folder / "server_cert.pem"
    command: list[str | Path] = [
        *("openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "100", "-www"),
        *("-cert", chain, "-cert_chain", chain, "-key", folder / "server_key.pem"),
        *("-pass", f"pass:{passphrase}", "-CAfile", accepted),
        *("-Verify", "3", "-verify_return_error"),
    ]
    with _process(command, r"ACCEPT .*:([0-9]+)") as port:
        yield port


@contextlib.contextmanager
def kit_ftps_server(mode: str, folder: Path, passphrase: str) -> Iterator[int]:
    """An FTPS server, `explicit` or `implicit`, with the files of a server's archive."""
    command: list[str | Path] = [sys.executable, _FOLDER / "kit_ftps_server.py", mode, folder]
    with _process(command, r"([0-9]+)$", told=f"{passphrase}\n".encode()) as port:
        yield port
