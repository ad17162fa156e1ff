"""How a child of the sandbox is started, what its end means, and that nothing of it is left."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

from pki.sandbox_child import OUT_OF_MEMORY

_ROOT = str(Path(__file__).resolve().parent.parent)


def start_child(module: str) -> subprocess.Popen[bytes]:
    """A module of ours in a fresh interpreter: two pipes, no environment, no argument that tells."""
    return subprocess.Popen(  # noqa: S603 - a module of ours, named by its callers
        [sys.executable, "-s", "-P", "-B", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
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
