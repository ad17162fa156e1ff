"""A judgement as its page shows it: codes turned into words, certificates and stores into links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any

from certificates.models import Certificate, PrivateKey, PublicKey
from endpoints.judgement_acts import acts_for
from endpoints.judgement_texts import JUDGEMENT_TEXTS, Text, headline_of
from endpoints.models import Account, EndpointStanding, Service
from pki.endpoints.judgement import JudgedFinding, Judgement, Weight, judgement_from_json
from truststores.models import TrustStore
from truststores.services.advise import Act

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
FIRST = 8
"""So many findings stand open; what presses less waits behind a fold."""

Named = Certificate | TrustStore | Service | PrivateKey | PublicKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a sentence: words, a name that leads to a page, or a moment."""

    text: str = ""
    url: str = ""
    is_name: bool = False
    moment: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownFinding:
    """A finding in words; `about` is the address that it is about, or empty."""

    code: str
    weight: str
    headline: str
    says: tuple[Piece, ...]
    remedy: tuple[Piece, ...]
    about: str
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownJudgement:
    """Everything that a page says of a judgement; `headline` is that of what presses most."""

    standing: str
    label: str
    headline: str
    pressing: tuple[ShownFinding, ...]
    further: tuple[ShownFinding, ...]
    notes: tuple[ShownFinding, ...]


def shown_judgement(row: Service | Account) -> ShownJudgement:
    """The judgement that a row has, in words; of one that was never judged nothing but that."""
    standing = EndpointStanding(row.standing)
    if not row.judgement:
        return ShownJudgement(
            standing=standing.value,
            label=standing.label,
            headline="",
            pressing=(),
            further=(),
            notes=(),
        )
    judgement = judgement_from_json(row.judgement)
    known = _Known(judgement)
    shown = [_finding(row, one, known) for one in judgement.findings]
    pressing = [one for one in shown if one.weight != Weight.INFO]
    return ShownJudgement(
        standing=standing.value,
        label=standing.label,
        headline=headline_of(row.reason) if row.reason else "",
        pressing=tuple(pressing[:FIRST]),
        further=tuple(pressing[FIRST:]),
        notes=tuple(one for one in shown if one.weight == Weight.INFO),
    )


class _Known:
    """The rows that the findings of a judgement name, each kind by one query."""

    def __init__(self, judgement: Judgement) -> None:
        values: dict[str, set[Any]] = {}
        for finding in judgement.findings:
            for name, value in finding.data:
                kind = name if name in ("store", "service", "key") else "certificate"
                if kind != "certificate" or _SHA256.match(str(value)):
                    values.setdefault(kind, set()).add(value)
        self.certificates = {
            one.sha256: one
            for one in Certificate.objects.filter(sha256__in=values.get("certificate", ()))
        }
        self.stores = TrustStore.objects.in_bulk(values.get("store", ()))
        self.services = Service.objects.defer("judgement").in_bulk(values.get("service", ()))
        self.keys: dict[str, Named] = {}
        for keys in (PublicKey.objects.all(), PrivateKey.objects.all()):
            self.keys |= {
                one.spki_sha256: one for one in keys.filter(spki_sha256__in=values.get("key", ()))
            }

    def named(self, name: str, value: str | int) -> Named | None:
        if name == "store":
            return self.stores.get(int(value))
        if name == "service":
            return self.services.get(int(value))
        if name == "key":
            return self.keys.get(str(value))
        return self.certificates.get(str(value))


def _finding(row: Service | Account, finding: JudgedFinding, known: _Known) -> ShownFinding:
    text: Text = JUDGEMENT_TEXTS.get(finding.code, (finding.code, "", ""))
    data = dict(finding.data)
    kind, _, about = finding.place.partition(":")
    rows = {name: known.named(name, value) for name, value in finding.data}
    return ShownFinding(
        code=finding.code,
        weight=finding.weight.value,
        headline=text[0],
        says=tuple(_pieces(text[1], data, rows)),
        remedy=tuple(_pieces(text[2], data, rows)),
        about=about if kind == "address" else "",
        acts=tuple(acts_for(row, finding, rows)),
    )


def _pieces(
    text: str, data: Mapping[str, str | int], rows: Mapping[str, Named | None]
) -> Iterator[Piece]:
    """A sentence with what its braces name."""
    for literal, name, _, _ in Formatter().parse(text):
        if literal:
            yield Piece(text=literal)
        if name:
            yield _piece(name, data.get(name), rows.get(name))


def _piece(name: str, value: str | int | None, row: Named | None) -> Piece:
    if value is None:
        return Piece(text="?")
    if row is not None:
        return Piece(text=str(row), url=row.get_absolute_url(), is_name=True)
    if name == "until":
        return Piece(moment=datetime.fromisoformat(str(value)))
    if name == "reason":
        return Piece(text=_inside(headline_of(str(value))))
    if name in ("store", "service"):
        return Piece(text="one that was deleted since")
    if _SHA256.match(str(value)):
        return Piece(text=f"the certificate {str(value)[:16]}…")
    return Piece(text=str(value), is_name=True)


def _inside(headline: str) -> str:
    """A headline in the middle of a sentence."""
    return headline[:1].lower() + headline[1:]
