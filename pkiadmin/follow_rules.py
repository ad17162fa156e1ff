"""Whether what is stored was found out by the rules of this release, and of this OpenSSL."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from pkiadmin.models import RulesInForce


def follow_rules() -> list[str]:
    """Ask for a renewal of what other rules have found out; gives the names of those.

    For the start of a worker: one query where nothing is new. Whoever finds other rules first asks,
    and the others find them noted.
    """
    wanted: dict[str, str] = {
        name: import_string(rules.version)() for name, rules in settings.RULES.items()
    }
    noted = dict(RulesInForce.objects.values_list("name", "version"))
    return [name for name in wanted if noted.get(name) != wanted[name] and _renew(name, wanted)]


@transaction.atomic
def _renew(name: str, wanted: dict[str, str]) -> bool:
    RulesInForce.objects.bulk_create([RulesInForce(name=name)], ignore_conflicts=True)
    row = RulesInForce.objects.select_for_update().get(name=name)
    if row.version == wanted[name]:
        return False
    renew: Callable[[], None] = import_string(settings.RULES[name].renew)
    renew()
    row.version = wanted[name]
    row.save()
    return True
