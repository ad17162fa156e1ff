"""Key files are opened in a child process that is killed when they cost too much.

As `pki.sandbox` does for certificates, with two differences: a secret goes in and secrets come out,
so everything travels over the two pipes and nothing else (no argument, no variable, no file), and
the answer must come while somebody waits, so the bounds are seconds.
"""

from __future__ import annotations

import dataclasses
import os

from pki.errors import LimitExceeded, SandboxKilled
from pki.formats.key_file import KeyFileContents
from pki.formats.key_wire import BadKeyWire, decode_answer, encode_request
from pki.limits import DEFAULT, MEBIBYTE, Limits
from pki.sandbox.process import run_child

# A page must have its answer within 6 s, the start of the child and the way back included.
KEY_LIMITS = dataclasses.replace(
    DEFAULT,
    input_bytes=10 * MEBIBYTE,
    sandbox_cpu_seconds=5,
    sandbox_wall_seconds=5.5,
    sandbox_memory_bytes=1024 * MEBIBYTE,
)


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
        "pki.sandbox.keys_child", request, limits, largest_answer=4 * len(data) + MEBIBYTE
    )
    try:
        return decode_answer(answer)
    except BadKeyWire:
        # The answer may hold a private key: it is no part of what is raised.
        pass
    raise SandboxKilled(why="crash")
