"""The child's side of SSH key exchanges: bounds itself, then exchanges over what it is handed.

Started as `python -m pki.sandbox.host_keys_child` with a socket as standard input and nothing else. A
frame is a length of four octets and JSON; each but the first comes with a connected socket. asyncssh does
the exchange (RFC 4253, 8); it reads no configuration, asks no agent and knows no hosts.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import time
import warnings
from typing import Any

import asyncssh

from pki.sandbox.child import HEADER, OUT_OF_MEMORY, bound

_NOTHING_SEEN = ("", b"")


async def exchange(connection: socket.socket, order: dict[str, Any]) -> tuple[str, str, bytes]:
    """Why no key was had (empty: one was), its algorithm and its blob."""
    try:
        async with asyncio.timeout(max(order["deadline"] - time.monotonic(), 0)):
            key = await asyncssh.get_server_host_key(
                # For messages alone: the connection is there.
                "server",
                sock=connection,
                client_version="pkiadmin",
                kex_algs=order["exchanges"],
                server_host_key_algs=[order["algorithm"]],
                config=None,
                options=options(),
            )
    except TimeoutError:
        return "time", *_NOTHING_SEEN
    except ValueError:
        # asyncssh does not know the algorithm, or the key of the server is none.
        return "unsupported", *_NOTHING_SEEN
    except (asyncssh.Error, OSError, EOFError):
        return "failed", *_NOTHING_SEEN
    if key is None:
        return "failed", *_NOTHING_SEEN
    return "", key.get_algorithm(), bytes(key.public_data)


async def load_everything() -> None:
    """Import and start what an exchange needs while files can still be opened."""
    await asyncio.get_running_loop().run_in_executor(None, options)


def options() -> asyncssh.SSHClientConnectionOptions:
    """Nothing of the user that runs the console: no key, no agent, no configuration."""
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        username="pkiadmin",
        client_keys=None,
        agent_path=None,
        known_hosts=None,
        connect_timeout=None,
    )


def first_frame(channel: socket.socket) -> dict[str, Any]:
    """The bounds, which come with no connection."""
    length: int = HEADER.unpack(_exactly(channel, HEADER.size))[0]
    bounds: dict[str, Any] = json.loads(_exactly(channel, length))
    return bounds


def next_order(channel: socket.socket) -> tuple[dict[str, Any], socket.socket] | None:
    """An order and the connection that came with it; None when the parent has no more."""
    header, descriptors, _, _ = socket.recv_fds(channel, HEADER.size, 1)
    if not descriptors:
        return None
    connection = socket.socket(fileno=descriptors[0])
    header += _exactly(channel, HEADER.size - len(header))
    return json.loads(_exactly(channel, *HEADER.unpack(header))), connection


def _exactly(channel: socket.socket, count: int) -> bytes:
    taken = bytearray()
    while len(taken) < count:
        part = channel.recv(count - len(taken))
        if not part:
            os._exit(0)  # Nobody waits for an answer any more.
        taken += part
    return bytes(taken)


def next_descriptor() -> int:
    """The number that the next thing to be opened would have."""
    number = os.dup(0)
    os.close(number)
    return number


def out_of_memory(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """asyncio calls this for what nobody catches; all but this is of the one connection."""
    if isinstance(context.get("exception"), MemoryError):
        os._exit(OUT_OF_MEMORY)


def main() -> None:
    """Take orders from standard input, which is a socket, and answer there."""
    channel = socket.socket(fileno=0)
    # Where they are not told, they are looked up in files that can then no longer be opened.
    os.environ.update(LOGNAME="pkiadmin", HOME="/nonexistent")
    with asyncio.Runner() as runner:
        runner.run(load_everything())
        runner.get_loop().set_exception_handler(out_of_memory)
        bounds = first_frame(channel)
        bound(
            memory=bounds["memory"],
            cpu_seconds=bounds["cpu_seconds"],
            parent=bounds["parent"],
            # One connection at a time, and nothing beside it.
            open_files=next_descriptor() + 1,
        )
        warnings.simplefilter("ignore")
        try:
            while (ordered := next_order(channel)) is not None:
                order, connection = ordered
                with connection:
                    connection.setblocking(False)
                    why, algorithm, blob = runner.run(exchange(connection, order))
                answer = json.dumps([why, algorithm, base64.b64encode(blob).decode()]).encode()
                channel.sendall(HEADER.pack(len(answer)) + answer)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
