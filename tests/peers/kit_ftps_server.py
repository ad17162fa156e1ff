"""An FTPS server of pyftpdlib, set up with the files of a kit: `kit_ftps_server.py MODE FOLDER`.

`MODE` is `explicit` or `implicit`, `FOLDER` holds what the server's archive held; the passphrase of
the key comes by the standard input. The account of the kit is `alice`. Prints its port.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.servers import FTPServer


class _Implicit(TLS_FTPHandler):  # type: ignore[misc]  # pyftpdlib ships no types
    """TLS from the first byte on, the greeting inside it."""

    def handle(self) -> None:
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self) -> None:
        super().handle()


def context_of(folder: Path, passphrase: bytes) -> SSL.Context:
    """As README.txt says: own certificate and key, the client's certificate required and accepted."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_passwd_cb(lambda *_: passphrase)
    context.use_certificate_chain_file(str(folder / "server_cert.pem"))
    context.use_privatekey_file(str(folder / "server_key.pem"))
    accepted = next(
        folder / name for name in ("client_cert.pem", "client_ca.pem") if (folder / name).exists()
    )
    context.load_verify_locations(str(accepted))
    # Data connections resume the session, which OpenSSL allows under such a name alone.
    context.set_session_id(b"kit")
    context.load_client_ca(str(accepted).encode())
    context.set_verify(
        SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *told: bool(told[-1])
    )
    return context


def main() -> None:
    """Serve until it is killed."""
    mode, folder = sys.argv[1], Path(sys.argv[2])
    logging.basicConfig(level=logging.WARNING)
    passphrase = sys.stdin.buffer.readline().rstrip(b"\n")
    handler: Any = _Implicit if mode == "implicit" else TLS_FTPHandler
    handler.certfile = str(folder / "server_cert.pem")
    handler.ssl_context = context_of(folder, passphrase)
    handler.tls_control_required = handler.tls_data_required = True
    handler.authorizer = DummyAuthorizer()
    home = folder / "home"
    home.mkdir(exist_ok=True)
    (home / "hello.txt").write_text("hello\n")
    handler.authorizer.add_user("alice", "pw-of-alice", str(home), perm="elr")
    server = FTPServer(("127.0.0.1", 0), handler)
    print(server.address[1], flush=True)  # noqa: T201 - the port is what the caller waits for
    server.serve_forever()


if __name__ == "__main__":
    main()
