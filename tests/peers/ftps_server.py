"""An FTPS server of pyftpdlib: `ftps_server.py explicit|implicit CERTFILE [CAFILE]`; prints its port."""

from __future__ import annotations

import logging
import sys
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


def main() -> None:
    """Serve until it is killed."""
    mode, certificates = sys.argv[1:3]
    logging.basicConfig(level=logging.WARNING)
    handler: Any = _Implicit if mode == "implicit" else TLS_FTPHandler
    handler.certfile = certificates
    handler.authorizer = DummyAuthorizer()
    handler.ssl_context = SSL.Context(SSL.TLS_SERVER_METHOD)
    handler.ssl_context.use_certificate_chain_file(certificates)
    handler.ssl_context.use_privatekey_file(certificates)
    if len(sys.argv) > 3:
        handler.ssl_context.load_verify_locations(sys.argv[3])
        handler.ssl_context.load_client_ca(sys.argv[3].encode())
        handler.ssl_context.set_verify(
            SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *told: bool(told[-1])
        )
    server = FTPServer(("127.0.0.1", 0), handler)
    print(server.address[1], flush=True)  # noqa: T201 - the port is what the caller waits for
    server.serve_forever()


if __name__ == "__main__":
    main()
