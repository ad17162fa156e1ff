"""Every benchmark, one after the other, each in a process of its own: `make bench`.

At the end the values that have a budget are told once more, with whether they met it. A budget that
is missed is told and fails nothing: on a machine with other work on it some are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from bench.budgets import MARK

BENCHMARKS: tuple[tuple[str, ...], ...] = (
    ("bench.parse_certificates",),
    ("bench.import_certificates",),
    ("bench.validate",),
    ("bench.crls",),
    ("bench.store_change",),
    ("bench.at_scale", "5000", "--kind", "RSA-2048"),
    ("bench.at_scale",),
)


def main() -> int:
    worst, judged = 0, []
    for benchmark in BENCHMARKS:
        title = " ".join(benchmark)
        print(f"== {title}   (load {os.getloadavg()[0]:.1f})", flush=True)
        started = time.perf_counter()
        told, code = run(benchmark)
        judged += [f"{line}   {title}" for line in told]
        worst = max(worst, code)
        print(f"   ({time.perf_counter() - started:.0f} s)", flush=True)
    print("\n".join(["", "== measured, budget", *judged]))
    return worst


def run(benchmark: tuple[str, ...]) -> tuple[list[str], int]:
    """Run one, showing what it prints as it comes; the lines with a budget, and its exit code."""
    judged = []
    with subprocess.Popen(
        [sys.executable, "-m", *benchmark], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith(MARK):
                judged.append(line.rstrip())
    return judged, process.returncode


if __name__ == "__main__":
    raise SystemExit(main())
