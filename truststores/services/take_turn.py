from __future__ import annotations

from truststores.models import PlacementTurn


def take_turn() -> None:
    """Wait until no other transaction changes what chains where; held until this one ends.

    On SQLite every writing transaction is alone anyway.
    """
    PlacementTurn.objects.bulk_create([PlacementTurn(id=1)], ignore_conflicts=True)
    PlacementTurn.objects.select_for_update().get(pk=1)
