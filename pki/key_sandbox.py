"""Key files are opened in a child process that is killed when they cost too much.

As `pki.sandbox` does for certificates, with two differences: a secret goes in and secrets come out,
so everything travels over the two pipes and nothing else (no argument, no variable, no file), and
the answer must come while somebody waits, so the bounds are seconds.
"""

from __future__ import annotations

import dataclasses
import os
import selectors
import subprocess
import time

from pki.errors import LimitExceeded, SandboxKilled
from pki.formats.key_file import KeyFileContents
from pki.formats.key_wire import BadKeyWire, decode_answer, encode_request
from pki.limits import DEFAULT, MEBIBYTE, Limits
from pki.sandbox_process import end_child, start_child, why_it_died

# A page must have its answer within 6 s, the start of the child and the way back included.
KEY_LIMITS = dataclasses.replace(
    DEFAULT,
    input_bytes=10 * MEBIBYTE,
    sandbox_cpu_seconds=5,
    sandbox_wall_seconds=5.5,
    sandbox_memory_bytes=1024 * MEBIBYTE,
)
_CHUNK = 64 * 1024


def open_private_keys(
    data: bytes, passphrase: bytes | None = None, *, limits: Limits = KEY_LIMITS
) -> KeyFileContents:
    """What `pki.formats.private_keys.read_private_keys` finds, found in a child.

    Raises `LimitExceeded` with the limit's name, and `SandboxKilled` (`time`, `memory`, `crash`).
    """
    return _asked("private", data, passphrase, limits)


def open_public_keys(data: bytes, *, limits: Limits = KEY_LIMITS) -> KeyFileContents:
    """What `pki.formats.public_keys.read_public_keys` finds, found in a child; raises likewise."""
    return _asked("public", data, None, limits)


def _asked(wanted: str, data: bytes, passphrase: bytes | None, limits: Limits) -> KeyFileContents:
    if len(data) > limits.input_bytes:
        raise LimitExceeded(limit="input_bytes", value=len(data), maximum=limits.input_bytes)
    request = encode_request(
        wanted=wanted, data=data, passphrase=passphrase, limits=limits, parent=os.getpid()
    )
    answer = run_child(
        "pki.key_sandbox_child", request, limits, largest_answer=4 * len(data) + MEBIBYTE
    )
    try:
        return decode_answer(answer)
    except BadKeyWire:
        # The answer may hold a private key: it is no part of what is raised.
        pass
    raise SandboxKilled(why="crash")


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
