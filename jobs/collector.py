"""Python's search for reference cycles, which bulk work does without."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """For work that makes very many values without cycles and lets them go soon: certificates,
    rows, reports. To look for cycles among them again and again costs a tenth of the work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
