"""The child's side of opening key files: bounds itself, reads one file, answers, ends.

Started as `python -m pki.sandbox.keys_child` with a pipe at each end and nothing else.
"""

from __future__ import annotations

import os
import sys
import warnings

from pki.errors import LimitExceeded
from pki.formats.key_wire import decode_request, encode_contents, encode_limit
from pki.formats.private_keys import read_private_keys
from pki.formats.public_keys import read_public_keys
from pki.sandbox.child import OUT_OF_MEMORY, bound


def main() -> None:
    """Read the request from standard input, answer on standard output."""
    request = decode_request(sys.stdin.buffer.read())
    limits = request.limits
    bound(
        memory=limits.sandbox_memory_bytes,
        cpu_seconds=limits.sandbox_cpu_seconds,
        parent=request.parent,
    )
    warnings.simplefilter("ignore")
    try:
        if request.wanted == "public":
            contents = read_public_keys(request.data, limits=limits)
        else:
            contents = read_private_keys(request.data, request.passphrase, limits=limits)
        answer = encode_contents(contents)
    except LimitExceeded as error:
        answer = encode_limit(error)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
