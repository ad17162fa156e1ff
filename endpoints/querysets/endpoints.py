from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from certificates.models import Certificate
from pki.host_names import NameRefused, host_name

if TYPE_CHECKING:
    from endpoints.models.account import Account  # noqa: F401  (type argument below)
    from endpoints.models.service import Service  # noqa: F401  (type argument below)

JudgedT = TypeVar("JudgedT", bound=models.Model)


class JudgedQuerySet(models.QuerySet[JudgedT]):
    """What services and accounts have in common: they are judged, and judged again."""

    def due(self, moment: datetime) -> Self:
        """What has to be judged again; one look into an index."""
        return self.filter(due_at__lte=moment)

    def not_made_by(self, token: UUID | None) -> Self:
        """Without what this very form has made: sent twice, it does not stand in its own way."""
        return self.exclude(made_for__endswith=f":{token}") if token else self

    def become_due(self, moment: datetime) -> int:
        """Something that they rest on has changed.

        A worker that has read the older inputs finds another `due_at` and writes nothing.
        """
        return self.update(due_at=moment)


class ServiceQuerySet(JudgedQuerySet["Service"]):
    """Named questions to the services."""

    def matching(self, text: str) -> ServiceQuerySet:
        """Whose name, owner or an address holds every word, or that present what is found so."""
        text = _storable(text)
        words = Q()
        for word in text.split():
            words &= (
                Q(name__icontains=word)
                | Q(owner__name__icontains=word)
                | Q(addresses__host__icontains=_as_a_label(word))
            )
        if not text:
            return self
        presenting = Q(certificate__in=Certificate.objects.matching(text).values("pk"))
        found = self.model.objects.filter(words | presenting).order_by().values("pk")
        return self.filter(pk__in=found)

    def astray(self) -> ServiceQuerySet:
        """Whose last probes saw something else, or nothing."""
        return self.filter(probe_state__in=("different", "unreachable", "refused"))


class AccountQuerySet(JudgedQuerySet["Account"]):
    """Named questions to the accounts."""

    def matching(self, text: str) -> AccountQuerySet:
        """Whose name or partner holds every word, or that log in with what is found so."""
        text = _storable(text)
        words = Q()
        for word in text.split():
            words &= Q(name__icontains=word) | Q(partner__name__icontains=word)
        if not text:
            return self
        with_it = Q(certificates__certificate__in=Certificate.objects.matching(text).values("pk"))
        found = self.model.objects.filter(words | with_it).order_by().values("pk")
        return self.filter(pk__in=found)

    def like(self, name: str) -> AccountQuerySet:
        """Those whose name differs from this one in nothing but its case."""
        return self.filter(name__iexact=name).exclude(name=name)


def _storable(text: str) -> str:
    """No name holds what no database stores: NUL, and halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?").strip()


def _as_a_label(word: str) -> str:
    """Addresses are kept as A-labels, and people look for what they read."""
    if word.isascii():
        return word
    try:
        return host_name(word)
    except NameRefused:
        return word
