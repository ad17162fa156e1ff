"""What has to be looked at again when something that it rests on changed.

Imports run one way, so whoever changes a certificate cannot know the services that present it; the
table `settings.DEPENDANTS` says which functions are told, in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def tell_dependants(kind: str, changed: Collection[Any], *, moment: datetime) -> None:
    """Tell everything that rests on things of this kind which of them changed.

    The transaction is the caller's: what is marked as due is so exactly when the change is true.
    """
    if not changed:
        return
    for path in settings.DEPENDANTS.get(kind, ()):
        told: Callable[[Collection[Any], datetime], None] = import_string(path)
        told(changed, moment)
