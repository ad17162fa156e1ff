"""The child's side of reading what a request shall be like: bounds itself, reads one, answers, ends.

Started as `python -m pki.sandbox.similar_child` with a pipe at each end and nothing else. The
request is a length of four octets, JSON, and the DER; the answer is JSON.
"""

from __future__ import annotations

import json
import os
import sys
import warnings

from pki.errors import NotDecodable
from pki.sandbox.child import HEADER, OUT_OF_MEMORY, bound
from pki.similar import similar


def answer(data: bytes) -> bytes:
    """The answer as `pki.sandbox.similar` reads it."""
    try:
        found = similar(data)
    except NotDecodable as error:
        return json.dumps({"what": error.data["what"], "why": error.data["why"]}).encode()
    return json.dumps({"spec": found.spec.to_json(), "left_out": found.left_out}).encode()


def main() -> None:
    """Read the request from standard input, answer on standard output."""
    source = sys.stdin.buffer
    header = json.loads(source.read(*HEADER.unpack(source.read(HEADER.size))))
    bound(memory=header["memory"], cpu_seconds=header["cpu_seconds"], parent=header["parent"])
    warnings.simplefilter("ignore")
    try:
        said = answer(source.read())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
