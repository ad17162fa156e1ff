"""A change of a trust store that touches k certificates, beside full validation of the same k.

    python -m bench.store_change [--count 2000] [--rounds 4]

The store holds a root and the CA under which all leaves were issued; this CA is taken out and put
back. Measured is everything that follows: the act itself, which makes due what rests on it, then
what a worker does, down to the rows. Beside it, in the same state of the store, the same reports made
again. In processor time, so that neighbours on the machine count for little; medians of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from bench.budgets import judge
from bench.chains import MOMENT, make_hierarchy
from bench.console import open_console

_AT_MOST = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    open_console()

    import logging

    # There is no broker here, and every job would say so.
    logging.disable(logging.WARNING)

    from bench.inventory import bring_in_leaves, make_store, validate_all
    from certificates.models import Certificate
    from jobs.collector import without_collector
    from truststores.models import StoreMember, ValidationReport
    from truststores.services.add_members import add_members
    from truststores.services.remove_member import remove_member
    from truststores.specs import NewMember

    hierarchy = make_hierarchy()
    store = make_store("Bench", hierarchy)
    bring_in_leaves(hierarchy, options.count)
    validate_all()
    authority = Certificate.objects.get(sha256=hierarchy.issuer.sha256)

    def take_out() -> None:
        member = StoreMember.objects.get(trust_store=store, certificate=authority)
        remove_member(actor=None, store_id=store.pk, member_id=member.pk, moment=MOMENT)

    def put_back() -> None:
        addition = NewMember(certificate_id=authority.pk)
        add_members(actor=None, store_id=store.pk, additions=[addition], moment=MOMENT)

    def validate() -> None:
        with without_collector():
            count = validate_all()
        assert count >= options.count, count

    def make_due() -> None:
        ValidationReport.objects.update(due_at=MOMENT)

    ratios: dict[str, list[float]] = {}
    for number in range(options.rounds + 1):
        for name, act in (("taken out", take_out), ("put back", put_back)):
            acted, followed = seconds(act), seconds(validate)
            make_due()
            full = seconds(validate)
            if number:  # The first round fills the caches.
                ratios.setdefault(name, []).append((acted + followed) / full)
                print(
                    f"{name:10s} act {acted * 1000:6.0f} ms, worker {followed * 1000:6.0f} ms;"
                    f" full validation {full * 1000:6.0f} ms",
                    flush=True,
                )
    for name, found in ratios.items():
        judge(
            f"store change ({name}) beside full validation, {options.count}",
            statistics.median(found),
            at_most=_AT_MOST,
        )


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
