from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from certificates.models.certificate import Certificate

_HEX = re.compile(r"-?[0-9a-f]+")
_SEPARATORS = re.compile(r"[\s:]")
# Fewer hex digits than these are asked for as a whole serial number, not as the beginning of one.
_SHORTEST_PREFIX = 4
_SHA1_DIGITS = 40
_SHA256_DIGITS = 64
# As many characters as the index of the search table needs in one of the words.
_SHORTEST_WORD = 3


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Named questions to the inventory of certificates."""

    def matching(self, text: str) -> CertificateQuerySet:
        """Whose names hold every word of the text, or whose serial or fingerprint begins with it.

        Names are subject, issuer and alternative names. Numbers are taken as tools print them: with
        colons or spaces, `0x` or leading zeros, in any case; a serial number also in decimal.
        """
        # No name holds what no database stores: NUL, and halves of characters.
        text = text.encode("utf-8", "replace").decode().replace("\0", "?").strip()
        if not text:
            return self
        found = [self._named(text), *self._numbered(text)]
        identifiers = found[0].union(*found[1:]) if len(found) > 1 else found[0]
        return self.filter(pk__in=identifiers)

    def _named(self, text: str) -> models.QuerySet[Any, int]:
        inventory = self.model.objects.order_by()
        if max(map(len, text.split())) < _SHORTEST_WORD:
            # Too short for the index of trigrams; the index of common names knows no case.
            named = inventory.filter(
                _begins("cn", text)
                | _begins("cn", text.lower())
                | _begins("cn", text.upper())
                | _begins("cn", text.capitalize())
            )
        else:
            # Of the table of texts alone. Joined with the inventory, PostgreSQL would compare each
            # row with each as long as it has not counted what a large import brought.
            texts = apps.get_model("certificates", "CertificateText")
            return texts.objects.filter(text__holds=text).values_list("pk", flat=True)
        return named.values_list("pk", flat=True)

    def _numbered(self, text: str) -> list[models.QuerySet[Any, int]]:
        digits = _SEPARATORS.sub("", text.lower())
        digits = re.sub(r"^(-?)0x", r"\1", digits)
        if not _HEX.fullmatch(digits):
            return []
        sign = "-" if digits.startswith("-") else ""
        serial = sign + (digits.lstrip("-0") or "0")
        asked = [Q(serial=serial)]
        if re.fullmatch(r"-?[0-9]{1,60}", text):
            asked.append(Q(serial=f"{int(text):x}"))
        if len(digits) >= _SHORTEST_PREFIX:
            if len(serial) >= _SHORTEST_PREFIX:
                asked.append(_begins("serial", serial))
            if len(digits) <= _SHA1_DIGITS and not sign:
                asked.append(_begins("sha1", digits))
            if len(digits) <= _SHA256_DIGITS and not sign:
                asked.append(_begins("sha256", digits))
        inventory = self.model.objects.order_by()
        return [inventory.filter(one).values_list("pk", flat=True) for one in asked]

    def expired(self, now: datetime) -> CertificateQuerySet:
        """Whose end has passed."""
        return self.filter(not_after__lt=now)

    def expiring(self, within: timedelta, now: datetime) -> CertificateQuerySet:
        """That end in this time, and have not ended yet."""
        return self.filter(not_after__gte=now, not_after__lt=now + within)

    def stopping(self, start: datetime, end: datetime) -> CertificateQuerySet:
        """In use, and working until a moment in this span; `end` is outside."""
        return self.active().filter(works_until__gte=start, works_until__lt=end)

    def cas(self) -> CertificateQuerySet:
        """That may issue others."""
        return self.filter(is_ca=True)

    def end_entities(self) -> CertificateQuerySet:
        """That may not issue others."""
        return self.filter(is_ca=False)

    def with_standing(self, *standings: str) -> CertificateQuerySet:
        """Of which the reports say one of these together."""
        return self.filter(standing__in=standings)

    def active(self) -> CertificateQuerySet:
        """That are in use: neither replaced nor retired."""
        return self.filter(lifecycle="active")

    def issued_under(self, certificate: Certificate) -> CertificateQuerySet:
        """That name this certificate as their issuer, by name and, where both tell it, by key."""
        named = self.filter(issuer_sha256=certificate.subject_sha256).exclude(pk=certificate.pk)
        if certificate.ski:
            named = named.filter(aki__in=("", certificate.ski))
        return named

    def possible_issuers(self, of: Certificate) -> CertificateQuerySet:
        """CAs that this certificate names as its issuer; certificates of version 1 count as CAs."""
        return self.possible_issuers_of_all([of]).exclude(pk=of.pk)

    def possible_issuers_of_all(self, certificates: Iterable[Certificate]) -> CertificateQuerySet:
        """Candidates for each of these at once, by name; the caller compares key identifiers."""
        return self.possible_issuers_named({one.issuer_sha256 for one in certificates})

    def possible_issuers_named(self, names: Iterable[str]) -> CertificateQuerySet:
        """That may issue under one of these names (digests); version 1 counts as a CA."""
        return self.filter(Q(is_ca=True) | Q(version=1), subject_sha256__in=names)


def _begins(field: str, prefix: str) -> Q:
    """A prefix as a range, which an index serves in any collation that sorts letters as such."""
    successor = prefix[:-1] + chr(min(ord(prefix[-1]) + 1, 0x10FFFF))
    return Q(**{f"{field}__gte": prefix, f"{field}__lt": successor})
