"""What somebody hands over to make a new request like it is read in a child that can be killed."""

from __future__ import annotations

import json
import os

from pki.csr.spec import RequestSpec
from pki.errors import LimitExceeded, NotDecodable, SandboxKilled
from pki.limits import MEBIBYTE, Limits
from pki.sandbox.child import HEADER
from pki.sandbox.keys import KEY_LIMITS
from pki.sandbox.process import run_child
from pki.similar import Similar


def similar_of(data: bytes, *, limits: Limits = KEY_LIMITS) -> Similar:
    """What `pki.similar.similar` finds, found in a child.

    Raises `NotDecodable` for what is neither request nor certificate, `LimitExceeded`
    (`certificate_bytes`), and `SandboxKilled` (`time`, `memory`, `crash`).
    """
    if len(data) > limits.certificate_bytes:
        raise LimitExceeded(
            limit="certificate_bytes", value=len(data), maximum=limits.certificate_bytes
        )
    header = json.dumps(
        {
            "memory": limits.sandbox_memory_bytes,
            "cpu_seconds": limits.sandbox_cpu_seconds,
            "parent": os.getpid(),
        }
    ).encode()
    request = b"".join((HEADER.pack(len(header)), header, data))
    said = run_child(
        "pki.sandbox.similar_child", request, limits, largest_answer=8 * len(data) + MEBIBYTE
    )
    try:
        return _answer(json.loads(said))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SandboxKilled(why="crash") from error


def _answer(said: object) -> Similar:
    """The answer; the sender may have been taken over by what it read, so all of it is text."""
    if not isinstance(said, dict) or not _is_text(list(said.values())):
        raise TypeError("no text")
    if "why" in said:
        raise NotDecodable(what=said["what"][:40], why=said["why"][:200])
    return Similar(spec=RequestSpec.from_json(said["spec"]), left_out=tuple(said["left_out"]))


def _is_text(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and _is_text(list(value.values()))
    if isinstance(value, list):
        return all(_is_text(one) for one in value)
    return value is None or isinstance(value, str)
