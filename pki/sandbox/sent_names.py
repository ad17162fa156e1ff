"""The names of authorities that a server sent are read in a child that can be killed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from pki.errors import SandboxKilled
from pki.limits import MEBIBYTE, Limits
from pki.sandbox.child import HEADER
from pki.sandbox.keys import KEY_LIMITS
from pki.sandbox.process import run_child


@dataclass(frozen=True, kw_only=True, slots=True)
class SentName:
    """A distinguished name: RFC 4514 text, and the SHA-256 of OpenSSL's canonical encoding."""

    text: str
    sha256: str


def read_sent_names(names: Sequence[bytes], *, limits: Limits = KEY_LIMITS) -> tuple[SentName, ...]:
    """The facts of DER Names. Raises `SandboxKilled` (`time`, `memory`, `crash`)."""
    if not names:
        return ()
    header = json.dumps(
        {
            "memory": limits.sandbox_memory_bytes,
            "cpu_seconds": limits.sandbox_cpu_seconds,
            "parent": os.getpid(),
            "sizes": [len(name) for name in names],
        }
    ).encode()
    request = b"".join((HEADER.pack(len(header)), header, *names))
    said = run_child(
        "pki.sandbox.sent_names_child", request, limits, largest_answer=32 * len(request) + MEBIBYTE
    )
    try:
        return _answer(json.loads(said), len(names))
    except (ValueError, TypeError, RecursionError) as error:
        raise SandboxKilled(why="crash") from error


def _answer(said: object, count: int) -> tuple[SentName, ...]:
    """The answer; the sender may have been taken over by what it read, so each type is checked."""
    if not isinstance(said, list) or len(said) != count:
        raise TypeError("no list of that length")
    names = []
    for one in said:
        text, sha256 = one
        if type(text) is not str or type(sha256) is not str or len(sha256) > 64:
            raise TypeError("no name")
        names.append(SentName(text=text, sha256=sha256))
    return tuple(names)
