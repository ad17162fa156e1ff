"""What rests on things of the apps below: told when they changed, asked what a change would do.

Imports run one way, so whoever changes a certificate cannot know the services that present it; the
tables `settings.DEPENDANTS` and `settings.PREVIEWS` name the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """Who can say what a change would do to what rests on a thing.

    `count` is the dotted path of a function (row) -> how much it would be, in validations of a
    certificate; `make` of one (row, proposed, moment) -> JSON with `red` and `green` as numbers of
    what stops and begins to work, and `warning`, a sentence for the button that saves (empty: none).
    """

    count: str
    make: str


def tell_dependants(kind: str, changed: Collection[Any], *, moment: datetime) -> None:
    """Tell everything that rests on things of this kind which of them changed.

    The transaction is the caller's: what is marked as due is so exactly when the change is true.
    """
    if not changed:
        return
    for path in settings.DEPENDANTS.get(kind, ()):
        told: Callable[[Collection[Any], datetime], None] = import_string(path)
        told(changed, moment)


def count_dependants(kind: str, row: object) -> int:
    """How much a preview of a change of this row would be, in validations of a certificate."""
    found = 0
    for preview in settings.PREVIEWS.get(kind, ()):
        count: Callable[[object], int] = import_string(preview.count)
        found += count(row)
    return found


def preview_dependants(
    kind: str, row: object, proposed: object, *, moment: datetime
) -> list[dict[str, Any]]:
    """What a change would do to everything that rests on this row, as JSON."""
    made = []
    for preview in settings.PREVIEWS.get(kind, ()):
        make: Callable[[object, object, datetime], dict[str, Any]] = import_string(preview.make)
        made.append(make(row, proposed, moment))
    return made
