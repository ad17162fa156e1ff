"""The console's work as the inventory grows: full validation, idle tick, pages, memory.

    python -m bench.at_scale [1000 10000 100000] [--kind P-256]

Certificates are added up to each number in turn; 1000000 is taken as well, where there is time. At
each: the reports that are missing are made by one worker beside the bare signature verifications of
the chain, then all of them again by two workers; then a tick of the schedule with nothing due; then
the list pages. `openssl verify` is measured beside it: one process given a thousand leaves, and a
shell loop. Medians of alternating runs, as ratios of processor time: what neighbours on the machine
take away by the clock falls out. Pages and ticks are measured by the clock on PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.budgets import judge
from bench.chains import KEYS, MOMENT, Hierarchy, make_hierarchy
from bench.console import open_console
from bench.validate import command_for
from bench.worker import Share

_COMMAND_LEAVES = 1000
_LOOP_LEAVES = 50
_TICKS = 300
_MOST_FOR_THE_TIGHTER = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--kind", choices=KEYS, default="P-256")
    options = parser.parse_args()
    open_console()

    import logging

    # There is no broker here, and every job would say so.
    logging.disable(logging.WARNING)
    hierarchy = make_hierarchy(options.kind)
    in_one, in_loop = command_microseconds(hierarchy)
    print(f"{options.kind}; openssl verify: {in_one:.0f} us a leaf, in a loop {in_loop:.0f} us")

    from bench.inventory import make_store

    make_store("Bench", hierarchy)
    have = 0
    smallest: At | None = None
    for count in options.counts:
        print(f"-- {count} certificates", flush=True)
        grow(hierarchy, have, count)
        have = count
        memory = show_validation(hierarchy, f"{options.kind}, {count}")
        here = At(count=count, memory=memory, tick=show_idle_tick(), pages=show_pages())
        smallest = smallest or here
        judge_growth(smallest, here)


@dataclass(frozen=True, kw_only=True, slots=True)
class At:
    """What must not grow with the inventory, at one size of it: MiB, microseconds, milliseconds."""

    count: int
    memory: float
    tick: float
    pages: dict[str, float]


def judge_growth(before: At, now: At) -> None:
    from bench.pages import BUDGETS

    for name, at_most in BUDGETS.items():
        judge(
            f"{now.count}: page {name}, beside the smallest",
            now.pages[name] / now.pages["smallest"],
            at_most=at_most,
        )
    if now is before:
        return
    judge(f"{now.count}: memory of a worker, times", now.memory / before.memory, at_most=1.5)
    judge(f"{now.count}: tick with nothing due, times", now.tick / before.tick, at_most=1.5)
    for name, taken in now.pages.items():
        if name != "smallest":
            # Beside the smallest page of the same minute: neighbours slow both down.
            then = before.pages[name] / before.pages["smallest"]
            judge(
                f"{now.count}: page {name}, times",
                taken / now.pages["smallest"] / then,
                at_most=1.5 if now.count > _MOST_FOR_THE_TIGHTER else 1.3,
            )


def command_microseconds(hierarchy: Hierarchy) -> tuple[float, float]:
    """`openssl verify` for a leaf: one process given all of them, and one process for each."""
    leaves = list(hierarchy.leaves(_COMMAND_LEAVES))
    with tempfile.TemporaryDirectory() as folder:
        command = command_for(Path(folder), hierarchy.root, hierarchy.issuer, leaves)
        options, files = command[: -len(leaves)], command[-len(leaves) :]
        one = _processor_seconds([command]) / len(files)
        some = files[:_LOOP_LEAVES]
        loop = _processor_seconds([[*options, file] for file in some]) / len(some)
    return one * 1e6, loop * 1e6


def _processor_seconds(commands: list[list[str]]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in commands:
        subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def grow(hierarchy: Hierarchy, have: int, count: int) -> None:
    from bench.inventory import bring_in_leaves
    from truststores.services.place_certificates import place_certificates

    started = time.perf_counter()
    bring_in_leaves(hierarchy, count - have, first=have)
    print(f"   (made and brought in, in {time.perf_counter() - started:.0f} s)")
    started = time.perf_counter()
    place_certificates(moment=MOMENT)
    spent = (time.perf_counter() - started) / (count - have) * 1e6
    print(f"   place_certificates        {spent:8.0f} us each")


def show_validation(hierarchy: Hierarchy, title: str) -> float:
    """The memory of the worker that made everything, in MiB."""
    from truststores.models import ValidationReport

    [first] = run_workers(1)
    show_share("full run, first", first)
    ValidationReport.objects.update(due_at=MOMENT)
    before = command_microseconds(hierarchy)
    started = time.perf_counter()
    shares = [share for share in run_workers(2) if share.each]
    spent = time.perf_counter() - started
    after = command_microseconds(hierarchy)
    one, loop = (min(pair) for pair in zip(before, after, strict=True))
    for share in shares:
        show_share("made again, one of two", share)
    print(f"   both workers              {spent:8.1f} s by the clock")
    # What both cores do together, beside the command, which uses one.
    rates = [1 / statistics.median(share.each) for share in shares]
    ratios = [
        ours / bare for share in shares for ours, bare in zip(share.each, share.bare, strict=True)
    ]
    judge(f"{title}: beside the bare signatures, per core", statistics.median(ratios), at_most=8)
    if len(shares) > 1:  # So little that there is one part only keeps one core busy.
        judge(f"{title}: rate beside one openssl verify", one * sum(rates), at_least=2)
        judge(f"{title}: rate beside a shell loop of it", loop * sum(rates), at_least=20)
    return first.peak / 1024


def show_share(title: str, share: Share) -> None:
    ratios = [ours / bare for ours, bare in zip(share.each, share.bare, strict=True)]
    print(
        f"   {title:26s}{statistics.median(share.each):8.0f} us each"
        f"   bare {statistics.median(share.bare):.0f} us"
        f"   {statistics.median(ratios):.2f} x bare (best part {min(ratios):.2f})"
        f"   memory {share.peak / 1024:.0f} MiB",
        flush=True,
    )


def run_workers(shares: int) -> list[Share]:
    from django.db import connection

    connection.close()
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.worker", str(share), str(shares)],
            stdout=subprocess.PIPE,
            env=os.environ,
            text=True,
        )
        for share in range(shares)
    ]
    answers = [worker.communicate()[0] for worker in workers]
    return [Share(**json.loads(answer)) for answer in answers]


def show_idle_tick() -> float:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from truststores.services.find_work import find_work

    moment = MOMENT + timedelta(seconds=1)
    with CaptureQueriesContext(connection) as queries:
        assert not find_work(moment=moment)
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    taken = []
    for _ in range(_TICKS):
        started = clock()
        find_work(moment=moment)
        taken.append((clock() - started) * 1e6)
    print(
        f"   tick with nothing due     {statistics.median(taken):8.0f} us"
        f"   {len(queries)} query   (best {min(taken):.0f})"
    )
    return statistics.median(taken)


def show_pages() -> dict[str, float]:
    from bench.pages import page_medians

    medians = page_medians()
    smallest = medians["smallest"]
    for name, value in medians.items():
        print(f"   page {name:22s}{value:8.1f} ms   {value / smallest:.1f} x the smallest")
    return medians


if __name__ == "__main__":
    main()
