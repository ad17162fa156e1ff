"""Why a change of a trust store is refused; the sentences are in `truststores.texts`."""

from __future__ import annotations

from certificates.services.delete_certificates import Use


class StoreChangeRefused(Exception):
    """An expected refusal with a stable code and plain data for its sentence."""

    def __init__(self, code: str, **data: str | int) -> None:
        self.code = code
        self.data = data
        super().__init__(code, data)


class StoreChanged(StoreChangeRefused):
    """Somebody else changed the store after the form was opened."""

    def __init__(self) -> None:
        super().__init__("store.changed_meanwhile")


class StoreInUse(StoreChangeRefused):
    """Something is accepted by the store, so it stays; `uses` says what."""

    def __init__(self, uses: tuple[Use, ...]) -> None:
        self.uses = uses
        super().__init__("store.in_use", count=len(uses))
