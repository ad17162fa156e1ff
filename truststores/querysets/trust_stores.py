from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from truststores.models.trust_store import TrustStore


class TrustStoreQuerySet(models.QuerySet["TrustStore"]):
    """Named questions to the trust stores."""

    def locked(self, pk: int) -> TrustStore:
        """The store, for a change: nobody else changes it before this transaction ends."""
        return self.select_for_update().get(pk=pk)
