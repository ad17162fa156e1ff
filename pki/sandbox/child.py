"""The child's side of the sandbox: bounds itself, reads everything, then writes frames.

Started as `python -m pki.sandbox.child` with a pipe at each end and nothing else: no environment,
no open files, no argument that tells anything. A frame is two lengths of four octets, JSON, bytes.
"""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import dataclasses
import gc
import importlib
import json
import os
import resource
import signal
import struct
import sys
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, BinaryIO

OUT_OF_MEMORY = 77
_PR_SET_PDEATHSIG = 1
# The three standard ones: after the start nothing can be opened any more, neither file nor socket.
_OPEN_FILES = 3
_CODECS = ("ascii", "latin-1", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32-be", "cp437")
LENGTHS = struct.Struct(">II")
HEADER = struct.Struct(">I")


def load_everything() -> None:
    """Import what reading needs while files can still be opened: modules and codecs."""
    for module in ("pki.formats.bundle", "pki.formats.wire"):
        importlib.import_module(module)
    for codec in _CODECS:
        codecs.lookup(codec)


def bound(*, memory: int, cpu_seconds: int, parent: int, open_files: int = _OPEN_FILES) -> None:
    """Give up what reading bytes does not need. What cannot be set here is bounded from outside."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # macOS refuses a bound on the address space; the bound on time still holds there.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))


def write_frame(out: BinaryIO, rows: bytes, ders: bytes) -> None:
    """One frame, flushed, so that the parent works while this process goes on."""
    out.write(LENGTHS.pack(len(rows), len(ders)))
    out.write(rows)
    out.write(ders)
    out.flush()


def ask(digests: Sequence[str], source: BinaryIO, out: BinaryIO) -> set[str]:
    """Which certificates the parent has: a frame of digests goes out, a byte for each comes back."""
    write_frame(out, b'{"digests":true}', b"".join(map(bytes.fromhex, digests)))
    answer = source.read(len(digests))
    return {digest for digest, here in zip(digests, answer, strict=True) if here}


def stream(request: dict[str, Any], data: bytes, source: BinaryIO, out: BinaryIO) -> None:
    """Blocks of `data` in batches; a limit that was met, as a frame of its own; an empty frame."""
    from pki.errors import LimitExceeded
    from pki.formats.bundle import read_blocks
    from pki.formats.wire import encode_blocks
    from pki.limits import Limits

    names = [field.name for field in dataclasses.fields(Limits)]
    limits = Limits(**{name: request["limits"][name] for name in names})
    known = partial(ask, source=source, out=out) if request["asks"] else None
    blocks = read_blocks(data, name=request["name"], limits=limits, known=known)
    try:
        while batch := list(islice(blocks, request["batch"])):
            write_frame(out, *encode_blocks(batch))
    except LimitExceeded as error:
        write_frame(out, json.dumps({"limit": error.data}).encode(), b"")
    write_frame(out, b"", b"")


def requests(source: BinaryIO) -> Iterator[dict[str, Any]]:
    """What is asked for, one upload after the other, until the parent closes the pipe."""
    while header := source.read(HEADER.size):
        yield json.loads(source.read(*HEADER.unpack(header)))


def main() -> None:
    """Read requests and their data from standard input, answer on standard output."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    load_everything()
    # Facts hold no cycles; looking for some among 100,000 of them costs a tenth of the time.
    gc.disable()
    # What an object's oddity would warn of is a finding of it; nobody reads this process's errors.
    warnings.simplefilter("ignore")
    bounded = False
    try:
        for request in requests(source):
            if not bounded:
                bound(
                    memory=request["limits"]["sandbox_memory_bytes"],
                    cpu_seconds=request["limits"]["sandbox_cpu_seconds"],
                    parent=request["parent"],
                )
                bounded = True
            stream(request, source.read(request["size"]), source, out)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
