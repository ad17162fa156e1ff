"""What uses things of the apps below, for lists: a service that presents a certificate, say.

Imports run one way; the table `settings.USES` names the functions that know, each of them
(numbers of the rows) -> number -> uses, with as many queries for a hundred rows as for one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from pki.names import visible


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """Who uses it: a name, the page of it, and how (`presented by`)."""

    how: str
    name: str
    url: str


MOST_NAMED = 5


def in_words(uses: Sequence[Use]) -> str:
    """Who uses it, as plain text for a mail or a calendar: the first few, each named once."""
    said = [f"{use.how} {visible(use.name)}" for use in uses[:MOST_NAMED]]
    if len(uses) > MOST_NAMED:
        said.append(f"and {len(uses) - MOST_NAMED} more")
    return "; ".join(said)


def uses_of(kind: str, numbers: Collection[int]) -> dict[int, list[Use]]:
    """Who uses each of these rows; those that nobody uses are left out."""
    found: dict[int, list[Use]] = {}
    for path in settings.USES.get(kind, ()):
        known: Callable[[Collection[int]], Mapping[int, list[Use]]] = import_string(path)
        for number, uses in known(numbers).items():
            found.setdefault(number, []).extend(uses)
    return found
