from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from certificates.models import Certificate, Crl
from pki.crl import RevokedEntry, iterate_revoked
from pki.errors import NotDecodable

PER_PAGE = 50
# A serial number occurs once in a CRL that is in order; who asks for the beginning of one gets few.
_MOST_FOUND = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Revoked:
    """An entry of a CRL, with the certificate of the inventory that it revokes, if it is here."""

    entry: RevokedEntry
    certificate: Certificate | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokedPage:
    """Some of the entries of a CRL. `number` counts pages from 1; 0 stands for no such page."""

    rows: tuple[Revoked, ...]
    number: int
    last: int
    is_bounded: bool

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1 if self.number < self.last else 0


def list_revoked(crl: Crl, *, serial: str = "", page: int = 1) -> RevokedPage:
    """A page of the entries of a CRL, or those whose serial number begins with `serial`.

    The entries are walked where they stand, in the bytes of the CRL, and only those of the page are
    kept: a hundred thousand take a third of a second and no memory.
    """
    entries = _entries(crl)
    if serial:
        found = list(islice(_with_serial(entries, serial), _MOST_FOUND + 1))
        shown = found[:_MOST_FOUND]
        return RevokedPage(
            rows=_rows(crl, shown), number=1, last=1, is_bounded=len(found) > _MOST_FOUND
        )
    last = max(1, -(-crl.revoked_count // PER_PAGE))
    number = min(max(page, 1), last)
    shown = list(islice(entries, (number - 1) * PER_PAGE, number * PER_PAGE))
    return RevokedPage(rows=_rows(crl, shown), number=number, last=last, is_bounded=False)


def _entries(crl: Crl) -> Iterator[RevokedEntry]:
    try:
        yield from iterate_revoked(bytes(crl.encoded.der))
    except NotDecodable:
        # It was taken with a finding that says so; what was read until there is shown.
        return


def _with_serial(entries: Iterator[RevokedEntry], serial: str) -> Iterator[RevokedEntry]:
    digits = re.sub(r"[\s:]", "", serial.lower()).removeprefix("0x").lstrip("0") or "0"
    exact = {digits}
    if serial.isascii() and serial.isdigit():
        exact.add(f"{int(serial):x}")
    for entry in entries:
        if entry.serial in exact or entry.serial.startswith(digits):
            yield entry


def _rows(crl: Crl, entries: list[RevokedEntry]) -> tuple[Revoked, ...]:
    """The entries with their certificates, found in one query by issuer and serial number."""
    here = {
        one.serial: one
        for one in Certificate.objects.filter(
            issuer_sha256=crl.issuer_sha256, serial__in=[entry.serial for entry in entries]
        ).only("cn", "subject", "serial")
    }
    return tuple(
        Revoked(
            entry=entry,
            certificate=None if entry.certificate_issuer else here.get(entry.serial),
        )
        for entry in entries
    )
