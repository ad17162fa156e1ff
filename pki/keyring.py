"""Every key-encryption key that is there: the one in use and, while keys are rotated, the next.

Sealed values name their key by its identifier, so whoever opens one asks for it by name. Key files
change under a running process (a rotation ends by a rename), so they are read again when a name is
not known.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pki.errors import KekUnusable
from pki.kek import KekSource, load_kek
from pki.sealing import Kek

_known: dict[tuple[KekSource, str], Kek] = {}


def next_file(source: KekSource) -> Path:
    """Where the key of a rotation lies until it has taken the place of the one in use."""
    return source.file.with_name(f"{source.file.name}.next")


def find_kek(source: KekSource, kek_id: str) -> Kek:
    """The key of that name, wherever it lies. Raises `KekUnusable`."""
    first = load_kek(source)
    if first.id == kek_id:
        return first
    if known := _known.get((source, kek_id)):
        return known
    for kek in present_keks(source):
        _known[source, kek.id] = kek
    found = _known.get((source, kek_id))
    if found is None:
        raise KekUnusable(why=f"the key {kek_id[:32]} is not here", where=str(source.file))
    return found


def present_keks(source: KekSource) -> tuple[Kek, ...]:
    """The keys that are there now, read afresh, the one in use first. Raises `KekUnusable`."""
    read = load_kek.__wrapped__
    found = [read(source)]
    beside = next_file(source)
    if beside.exists():
        found.append(read(replace(source, file=beside, variable="", command="")))
    return tuple(found)
