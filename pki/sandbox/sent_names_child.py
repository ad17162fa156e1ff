"""The child's side of reading the names that a server sent: bounds itself, reads, answers, ends.

Started as `python -m pki.sandbox.sent_names_child` with a pipe at each end and nothing else. The request
is a length of four octets, JSON, and the DER Names one behind the other; the answer is JSON.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Sequence

from pki.names import read_name
from pki.sandbox.child import HEADER, OUT_OF_MEMORY, bound


def answer(data: bytes, sizes: Sequence[int]) -> bytes:
    """The answer as `pki.sandbox.sent_names` reads it."""
    said = []
    at = 0
    for size in sizes:
        facts = read_name(data[at : at + size])
        said.append([facts.text, facts.sha256])
        at += size
    return json.dumps(said).encode()


def main() -> None:
    """Read the request from standard input, answer on standard output."""
    source = sys.stdin.buffer
    header = json.loads(source.read(*HEADER.unpack(source.read(HEADER.size))))
    bound(memory=header["memory"], cpu_seconds=header["cpu_seconds"], parent=header["parent"])
    warnings.simplefilter("ignore")
    try:
        said = answer(source.read(), header["sizes"])
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
