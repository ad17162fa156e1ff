"""An SFTP server of asyncssh: `sftp_server.py KEYFILE...`; prints its port."""

from __future__ import annotations

import asyncio
import sys

import asyncssh


async def serve() -> None:
    """Serve until it is killed."""
    server = await asyncssh.listen("127.0.0.1", 0, server_host_keys=sys.argv[1:], config=[])
    print(server.get_port(), flush=True)  # noqa: T201 - the port is what the caller waits for
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve())
