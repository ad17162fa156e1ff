from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from endpoints.models.kit import Kit  # noqa: F401  (named in a string)


class KitQuerySet(models.QuerySet["Kit"]):
    """Named questions to the kits."""

    def matching(self, text: str) -> KitQuerySet:
        """Whose name, account, service or certificates' names hold every word of the text."""
        found = self
        for word in text.replace("\0", "?").split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(account_name__icontains=word)
                | Q(service__name__icontains=word)
                | Q(server_certificate__cn__icontains=word)
                | Q(client_certificate__cn__icontains=word)
            )
        return found

    def with_parts(self) -> KitQuerySet:
        """With what a row of a list shows."""
        return self.select_related("service", "account", "server_certificate", "client_certificate")
