"""What really happens: OpenSSL's own programs, and Python's `ssl`, on a loopback connection."""

from __future__ import annotations

import hashlib
import os
import re
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pki.handshake.inputs import ClientAuthentication, ClientSide, ServerSide, TlsVersion
from pki.verify.inputs import Revocation, TrustInput
from tests.pki.chains import to_pem
from tests.pki.handshake.pairs import Pair

_ERROR = re.compile(r"^depth=(\d+)[^\n]*\nverify error:num=(\d+):", re.MULTILINE)
_ALERT = re.compile(r"SSL alert number (\d+)")
_PATIENCE = 20
STANDS, FAILED = b"CONNECTION ESTABLISHED", b"CONNECTION FAILURE"


@dataclass(frozen=True)
class Seen:
    """What one side's log said: its first error as number and depth, the alert that it received,
    and whether it missed a certificate."""

    error: tuple[int, int] | None
    alert: int | None
    missed: bool


@dataclass(frozen=True)
class Connection:
    """How a real connection went; `started` is False where the server's program refused its files."""

    started: bool
    connected: bool
    server: Seen
    client: Seen


def _seen(log: str) -> Seen:
    error, alert = _ERROR.search(log), _ALERT.search(log)
    return Seen(
        error=(int(error[2]), int(error[1])) if error else None,
        alert=int(alert[1]) if alert else None,
        missed="peer did not return a certificate" in log,
    )


def write_files(folder: Path, pair: Pair) -> None:
    """The files of both sides, as administrators keep them."""
    for name, side in (("server", pair.server), ("client", pair.client)):
        _write(folder / f"{name}-chain.pem", "CERTIFICATE", side.chain)
        _write(folder / f"{name}-cert.pem", "CERTIFICATE", side.chain[:1])
        _write(folder / f"{name}-rest.pem", "CERTIFICATE", side.chain[1:])
        if side.key is not None:
            _write(folder / f"{name}-key.pem", "PRIVATE KEY", [side.key])
        if side.trust is not None:
            store = folder / f"{name}-store.pem"
            _write(store, "CERTIFICATE", _in_order(side.trust))
            # OpenSSL's programs take CRLs out of the same file; their option -CRL takes one alone.
            with store.open("a") as file:
                file.writelines(to_pem("X509 CRL", crl) for crl in side.trust.crls)


def _in_order(trust: TrustInput) -> list[bytes]:
    """Anchors, then intermediates, each as the console keeps them."""

    def ordered(values: Iterable[bytes]) -> list[bytes]:
        return sorted(values, key=lambda value: hashlib.sha256(value).digest())

    return [*ordered(trust.anchors), *ordered(trust.intermediates)]


def _write(path: Path, label: str, values: Iterable[bytes]) -> None:
    path.write_text("".join(to_pem(label, value) for value in values))


def _options(folder: Path, name: str, side: ServerSide | ClientSide) -> list[str]:
    level = side.trust.policy.security_level if side.trust is not None else 1
    options = ["-cipher", f"DEFAULT@SECLEVEL={level}", "-no-CApath", "-no-CAstore"]
    if side.chain:
        options += ["-cert", f"{folder}/{name}-cert.pem", "-key", f"{folder}/{name}-key.pem"]
        if side.chain[1:]:
            options += ["-cert_chain", f"{folder}/{name}-rest.pem"]
    if side.trust is None:
        return [*options, "-no-CAfile"]
    policy = side.trust.policy
    options += ["-CAfile", f"{folder}/{name}-store.pem"]
    for wanted, option in (
        (policy.revocation is not Revocation.NONE, "-crl_check"),
        (policy.revocation is Revocation.CHAIN, "-crl_check_all"),
        (policy.partial_chain, "-partial_chain"),
        (policy.strict, "-x509_strict"),
    ):
        if wanted:
            options.append(option)
    return options


def by_the_commands(
    openssl: str, folder: Path, pair: Pair, *, client_refuses: bool = True
) -> Connection:
    """`openssl s_server` and `openssl s_client` with these files."""
    version = ["-tls1_2"] if pair.maximum is TlsVersion.TLS_1_2 else []
    server = [openssl, "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-rev", *version]
    server += _options(folder, "server", pair.server)
    server += {
        ClientAuthentication.NONE: [],
        ClientAuthentication.OPTIONAL: ["-verify", "20", "-verify_return_error"],
        ClientAuthentication.REQUIRED: ["-Verify", "20", "-verify_return_error"],
    }[pair.server.client_authentication]
    with subprocess.Popen(
        server, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as at_server:
        port = _port(at_server)
        if port is None:
            return Connection(False, False, _seen(""), _seen(""))
        client = [openssl, "s_client", "-connect", f"127.0.0.1:{port}", *version]
        client += _options(folder, "client", pair.client)
        if pair.client.trust is not None and client_refuses:
            client += ["-verify_return_error", *_wanted(pair.client.host)]
        with subprocess.Popen(
            client, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as at_client:
            # The client says nothing and waits, so that an alert reaches it before a reset does.
            told = _until_decided(at_server, at_client)
            if FAILED in told:
                at_client.wait(_PATIENCE)
            log = at_client.communicate()[1].decode(errors="replace")
        decided = STANDS in told or FAILED in told
        if not decided:
            at_server.kill()
        told += at_server.communicate(timeout=_PATIENCE)[1]
    server_log = told.decode(errors="replace")
    return Connection(decided, STANDS in told, _seen(server_log), _seen(log))


def _port(at_server: subprocess.Popen[bytes]) -> int | None:
    """Where the server listens; None where it ended over its own files."""
    assert at_server.stdout is not None
    for line in at_server.stdout:
        if line.startswith(b"ACCEPT 127.0.0.1:"):
            return int(line.rpartition(b":")[2])
    return None


def _until_decided(at_server: subprocess.Popen[bytes], at_client: subprocess.Popen[bytes]) -> bytes:
    """The server's log until it says what became of the connection; nothing where the client ended
    over its own files and none was made."""
    assert at_server.stderr is not None
    told, waits = b"", 10
    while STANDS not in told and FAILED not in told and waits:
        if select.select([at_server.stderr], [], [], 0.2)[0]:
            told += os.read(at_server.stderr.fileno(), 65536)
        elif at_client.poll() is not None:
            waits -= 1
    return told


def _wanted(host: str | None) -> list[str]:
    if host is None:
        return []
    if ":" in host or host.replace(".", "").isdigit():
        return ["-verify_ip", host]
    bare = host.removesuffix(".")
    return ["-verify_hostname", bare if bare.isascii() else bare.encode("idna").decode()]


def by_python(folder: Path, pair: Pair) -> tuple[bool, int | None, int | None]:
    """Python's `ssl` on both ends: connected, and the number that client and server raised."""
    server = _python_context(ssl.PROTOCOL_TLS_SERVER, folder, "server", pair.server, pair.maximum)
    server.verify_mode = {
        ClientAuthentication.NONE: ssl.CERT_NONE,
        ClientAuthentication.OPTIONAL: ssl.CERT_OPTIONAL,
        ClientAuthentication.REQUIRED: ssl.CERT_REQUIRED,
    }[pair.server.client_authentication]
    client = _python_context(ssl.PROTOCOL_TLS_CLIENT, folder, "client", pair.client, pair.maximum)
    client.check_hostname = pair.client.host is not None
    client.verify_mode = ssl.CERT_NONE if pair.client.trust is None else ssl.CERT_REQUIRED
    raised: dict[str, BaseException] = {}
    here, there = _loopback()

    def serve() -> None:
        try:
            with server.wrap_socket(there, server_side=True) as connection:
                connection.sendall(b"welcome")
                connection.recv(1)
        except OSError as error:
            raised["server"] = error
            there.close()

    thread = threading.Thread(target=serve)
    thread.start()
    greeted = b""
    try:
        host = pair.client.host.removesuffix(".") if pair.client.host is not None else None
        with client.wrap_socket(here, server_hostname=host) as connection:
            greeted = connection.recv(7)
    except OSError as error:
        raised["client"] = error
        here.close()
    thread.join(_PATIENCE)
    return greeted == b"welcome", _number(raised.get("client")), _number(raised.get("server"))


def _loopback() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        here = socket.create_connection(listening.getsockname(), timeout=_PATIENCE)
        there = listening.accept()[0]
    there.settimeout(_PATIENCE)
    return here, there


def _number(error: BaseException | None) -> int | None:
    return error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None


def _python_context(
    protocol: int,
    folder: Path,
    name: str,
    side: ServerSide | ClientSide,
    maximum: TlsVersion | None,
) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    if maximum is TlsVersion.TLS_1_2:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    level = side.trust.policy.security_level if side.trust is not None else 1
    context.set_ciphers(f"DEFAULT@SECLEVEL={level}")
    if side.chain:
        context.load_cert_chain(folder / f"{name}-chain.pem", folder / f"{name}-key.pem")
    if side.trust is None:
        return context
    context.load_verify_locations(folder / f"{name}-store.pem")
    policy = side.trust.policy
    flags = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
    for wanted, flag in (
        (policy.revocation is not Revocation.NONE, ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF),
        (policy.revocation is Revocation.CHAIN, ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN),
        (policy.partial_chain, ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN),
        (policy.strict, ssl.VerifyFlags.VERIFY_X509_STRICT),
    ):
        if wanted:
            flags |= flag
    context.verify_flags = flags
    return context
