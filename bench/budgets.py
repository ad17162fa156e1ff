"""A measured value beside its budget, on a line that `python -m bench` gathers at the end."""

from __future__ import annotations

MARK = ">>"


def judge(
    name: str, value: float, *, at_least: float | None = None, at_most: float | None = None
) -> bool:
    """Print the value, the budget of section 12 of the design, and whether it is met."""
    if at_least is not None:
        met, bound = value >= at_least, f"at least {at_least:g}"
    else:
        assert at_most is not None
        met, bound = value <= at_most, f"at most {at_most:g}"
    print(f"{MARK} {name:58s}{value:8.2f}   {bound:14s} {'met' if met else 'MISSED'}", flush=True)
    return met
