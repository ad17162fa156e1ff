"""One side's certificate as the other side judges it: with what is sent, and with its own store.

The verdict is OpenSSL's, through `pki.verify`. What the inventory knows beside that does not count;
it only tells why a chain is refused: a partner cannot see the inventory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from pki.endpoints.codes import judged_finding
from pki.endpoints.facts import PeerStore, Presented
from pki.endpoints.judgement import JudgedFinding
from pki.verify.inputs import Question
from pki.verify.report import Diagnostic, Report, Verdict
from pki.verify.run import validate

Side = Literal["server", "client"]

SOON: Final = timedelta(days=30)
CRL_SOON: Final = timedelta(days=3)
"""How long before an end it is a finding; a CRL is renewed all the time, a certificate by people."""

# The path ends before an anchor: X509_V_ERR_ numbers, of which OpenSSL often gives several at once.
_BROKEN_PATH: Final = frozenset({2, 18, 19, 20, 21, 27})
_ROOT_FOUND: Final = frozenset({18, 19, 27})
_NAMES: Final = frozenset({62, 63, 64})
_KNOWN: Final = {9: "not_yet_valid", 10: "expired", 23: "revoked", 26: "purpose"}
_ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the other side says. `until` is None unless accepted, and where nothing ends."""

    accepted: bool
    findings: tuple[JudgedFinding, ...]
    until: datetime | None
    turns: tuple[datetime | None, ...]


def ask_peer(
    presented: Presented, store: PeerStore, *, side: Side, moment: datetime, place: str = ""
) -> Answer:
    """Judge a certificate of this side by the store of the other; names are another question."""
    asked = _Asked(presented, store, side, place)
    report = asked.validate(moment)
    turns = [report.horizon]
    findings: list[JudgedFinding] = []
    if store.for_other_usage:
        findings.append(asked.finding("store_for_other_usage"))
    if report.verdict is Verdict.TRUSTED:
        findings.extend(_of_accepted(asked, report, turns))
    else:
        findings.extend(_of_refused(asked, report, turns))
    return Answer(
        accepted=report.verdict is Verdict.TRUSTED and not report.other_path,
        findings=tuple(findings),
        until=report.effective_expiry,
        turns=tuple(turns),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    presented: Presented
    store: PeerStore
    side: Side
    place: str

    def validate(self, moment: datetime, *, with_inventory: bool = False) -> Report:
        inventory = self.presented.inventory if with_inventory else ()
        question = Question(
            leaf=self.presented.der, moment=moment, untrusted=(*self.presented.sent, *inventory)
        )
        return validate(question, self.store.trust)

    def sent(self) -> set[str]:
        return {hashlib.sha256(value).hexdigest() for value in self.presented.sent}

    def finding(self, code: str, **data: str | int) -> JudgedFinding:
        return self.named(f"{self.side}.{code}", **data)

    def named(self, code: str, **data: str | int) -> JudgedFinding:
        about = {"certificate": self.presented.sha256, "store": self.store.number, **data}
        return judged_finding(code, about, place=self.place)


# Accepted -----------------------------------------------------------------------------------------


def _of_accepted(
    asked: _Asked, report: Report, turns: list[datetime | None]
) -> Iterator[JudgedFinding]:
    if report.other_path:
        first = report.other_path_diagnostics[0]
        yield asked.finding("astray", number=first.number, depth=first.depth)
    if asked.side == "server":
        sent = asked.sent()
        for element in report.path[1:-1]:
            # An anchor is the store's to hold; what stands between is the server's to send.
            if element.source != "untrusted" and element.sha256 not in sent:
                yield asked.named("chain.leans_on_store", issuer=element.sha256)
    elif helped := [one for one in report.path[1:] if one.source == "untrusted"]:
        yield asked.named("client.must_send", issuer=helped[0].sha256)
    yield from _ends_soon(asked, report, turns)


def _ends_soon(
    asked: _Asked, report: Report, turns: list[datetime | None]
) -> Iterator[JudgedFinding]:
    """Something on the path ends before long: a certificate, or the CRL on which it rests.

    An anchor past its end is refused as any other certificate, so it counts too.
    """
    first = min(report.path, key=lambda element: element.not_after)
    until = report.effective_expiry
    soon = first.not_after - SOON
    turns.append(soon)
    if soon <= report.moment:
        yield asked.finding("ends_soon", ending=first.sha256, until=first.not_after.isoformat())
    if until is None or until >= first.not_after - _ONE_SECOND:
        return
    turns.append(until - CRL_SOON)
    if until - CRL_SOON <= report.moment:
        yield asked.finding("crl_ends_soon", until=until.isoformat())


# Refused ------------------------------------------------------------------------------------------


def _of_refused(
    asked: _Asked, report: Report, turns: list[datetime | None]
) -> Iterator[JudgedFinding]:
    if not report.path:
        yield asked.finding("unreadable")
        return
    if not _has(report, _BROKEN_PATH):
        yield from _of_diagnostics(asked, report)
        return
    better = asked.validate(report.moment, with_inventory=True)
    turns.append(better.horizon)
    if _has(better, _BROKEN_PATH):
        yield _broken(asked, better)
        yield from _of_diagnostics(asked, better)
        return
    sent = asked.sent()
    for element in better.path[1:]:
        if element.source == "untrusted" and element.sha256 not in sent:
            code = "chain.not_sent" if asked.side == "server" else "client.chain_not_sent"
            yield asked.named(code, issuer=element.sha256)
    yield from _of_diagnostics(asked, better)


def _broken(asked: _Asked, report: Report) -> JudgedFinding:
    """The path leads to no anchor: the root is known and not in the store, or nobody knows it."""
    top = report.path[-1]
    numbers = {one.number for one in report.diagnostics}
    if numbers & _ROOT_FOUND:
        return asked.finding("anchor_missing", anchor=top.sha256, number=_first(numbers))
    return asked.finding(
        "issuer_unknown", below=top.sha256, issuer=top.issuer[:300], number=_first(numbers)
    )


def _first(numbers: Iterable[int]) -> int:
    return min(number for number in numbers if number in _BROKEN_PATH)


def _of_diagnostics(asked: _Asked, report: Report) -> Iterator[JudgedFinding]:
    """Everything that OpenSSL says against the path, but that it ends too early."""
    for one in report.diagnostics:
        if one.number in _BROKEN_PATH | _NAMES and not one.crl_path:
            continue
        yield _of_diagnostic(asked, report, one)


def _of_diagnostic(asked: _Asked, report: Report, one: Diagnostic) -> JudgedFinding:
    about: dict[str, str | int] = {
        "number": one.number,
        "depth": one.depth,
        "text": one.text,
        "refused": one.sha256,
    }
    if one.is_only_a_crl:
        return asked.finding("revocation_unknown", **about)
    return asked.finding(_KNOWN.get(one.number, "refused"), **about)


def _has(report: Report, numbers: frozenset[int]) -> bool:
    return any(one.number in numbers and not one.crl_path for one in report.diagnostics)
