"""How a child of the sandbox is started, what its end means, and that nothing of it is left."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from pki.errors import SandboxKilled
from pki.limits import Limits
from pki.sandbox.child import OUT_OF_MEMORY

_ROOT = str(Path(__file__).resolve().parents[2])
_CHUNK = 64 * 1024


def start_child(module: str, *, channel: socket.socket | None = None) -> subprocess.Popen[bytes]:
    """A module of ours in a fresh interpreter: two pipes, no environment, no argument that tells.

    With a `channel`, that socket is its standard input and it has no other way out.
    """
    return subprocess.Popen(  # noqa: S603 - a module of ours, named by its callers
        [sys.executable, "-s", "-P", "-B", "-m", module],
        stdin=subprocess.PIPE if channel is None else channel.fileno(),
        stdout=subprocess.PIPE if channel is None else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": _ROOT, "LC_ALL": "C.UTF-8"},
        cwd="/",
        bufsize=0,
        start_new_session=True,
    )


def why_it_died(status: int) -> str:
    """`time`, `memory` or `crash`, from the status with which a child ended."""
    if status == -signal.SIGXCPU:
        return "time"
    # The kernel's own killer, when the machine is out of memory, uses SIGKILL.
    return "memory" if status in (OUT_OF_MEMORY, -signal.SIGKILL) else "crash"


def end_child(process: subprocess.Popen[bytes]) -> None:
    """End the process, whatever it does, and leave neither a zombie nor an open pipe."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def run_child(module: str, request: bytes, limits: Limits, *, largest_answer: int) -> bytes:
    """Start a module as a child, hand it one request, and give its one answer.

    Raises `SandboxKilled` (`time`, `memory`, `crash`).
    """
    process = start_child(module)
    try:
        answer = _talk(process, request, limits.sandbox_wall_seconds, largest_answer)
        status = process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        raise SandboxKilled(why="time") from None
    finally:
        end_child(process)
    if status != 0:
        raise SandboxKilled(why=why_it_died(status))
    return answer


def _talk(
    process: subprocess.Popen[bytes], request: bytes, seconds: float, largest_answer: int
) -> bytes:
    """Write the request and read the answer to its end, both within the time."""
    assert process.stdin is not None  # noqa: S101 - asked for above
    assert process.stdout is not None  # noqa: S101 - likewise
    stdin, stdout = process.stdin.fileno(), process.stdout.fileno()
    deadline = time.monotonic() + seconds
    left = memoryview(request)
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        for pipe, event in ((stdin, selectors.EVENT_WRITE), (stdout, selectors.EVENT_READ)):
            os.set_blocking(pipe, False)
            selector.register(pipe, event)
        while True:
            ready = selector.select(max(deadline - time.monotonic(), 0))
            if not ready or time.monotonic() > deadline:
                raise SandboxKilled(why="time")
            for key, _ in ready:
                if key.fd == stdin:
                    left = _written(stdin, left)
                    if not left:
                        selector.unregister(stdin)
                        process.stdin.close()
                    continue
                part = os.read(stdout, _CHUNK)
                answer += part
                if len(answer) > largest_answer:
                    raise SandboxKilled(why="crash")
                if not part:
                    return bytes(answer)


def _written(stdin: int, left: memoryview) -> memoryview:
    try:
        return left[os.write(stdin, left[:_CHUNK]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:
        # It died; how, its status tells.
        return left[:0]
