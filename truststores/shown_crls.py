"""What a page says of the CRLs of a store and of where they come from: words beside the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pki.crl_acceptance.coverage import Coverage, CoverageState, MatrixCrl, Signing
from pki.distribution import ALL_REASONS, REASONS, Covers
from truststores.crl_texts import OUTCOMES, crl_sentence, note_sentence
from truststores.models import CrlSource, StoreCrl
from truststores.models.crl_source import PERIODS
from truststores.services.cover_authorities import CoveredAuthority
from truststores.services.find_authorities import StoreAuthority

_COVERS = {
    Covers.USER: "only end certificates",
    Covers.CA: "only CA certificates",
    Covers.ATTRIBUTE: "only attribute certificates",
}
_SIGNING = {
    Signing.GOOD: ("valid", "Signed by it"),
    Signing.DELEGATED: ("valid", "Signed by its CRL issuer"),
    Signing.BAD: ("failed", "Signature not verified"),
    Signing.NOT_ALLOWED: ("failed", "Its signer may not sign CRLs"),
}
_STATES = {
    CoverageState.COVERED: ("fresh", "Covered"),
    CoverageState.PARTIAL: ("warning", "Partly covered"),
    CoverageState.STALE: ("stale", "Stale"),
    CoverageState.MISSING: ("missing", "Missing"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCrl:
    """A CRL of the matrix: its rows, what is said of its signature, and its scope in words."""

    held: StoreCrl
    state: str
    signing: tuple[str, str]
    scope: tuple[str, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCoverage:
    """What the CRLs of a CA cover of one kind of certificates (`about`, empty: of all)."""

    about: str
    word: str
    label: str
    fresh_until: datetime | None
    missing: tuple[str, ...]
    by_point: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAuthority:
    """A line of the matrix."""

    authority: StoreAuthority
    crls: tuple[ShownCrl, ...]
    coverage: tuple[ShownCoverage, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSource:
    """A source with what its last attempt ended with, in words."""

    source: CrlSource
    word: str
    label: str
    sentences: tuple[str, ...]
    asked: str


def show_authorities(lines: Sequence[CoveredAuthority]) -> list[ShownAuthority]:
    return [
        ShownAuthority(
            authority=line.authority,
            crls=tuple(_shown_crl(held, crl) for held, crl in line.crls),
            coverage=_shown_coverage(line),
        )
        for line in lines
    ]


def _shown_crl(held: StoreCrl, crl: MatrixCrl) -> ShownCrl:
    point = crl.point
    scope = [_COVERS[point.covers]] if point.covers in _COVERS else []
    if crl.delta:
        scope.append("delta")
    if point.indirect:
        scope.append("indirect")
    if point.reasons != ALL_REASONS:
        scope.append(f"only {_reasons(point.reasons)}")
    return ShownCrl(
        held=held,
        state=crl.state.value if crl.usable else "unusable",
        signing=_SIGNING[crl.signing],
        scope=tuple(scope),
        points=tuple(name.text for name in point.names),
    )


def _shown_coverage(line: CoveredAuthority) -> tuple[ShownCoverage, ...]:
    if line.user == line.ca:
        return (_said("", line.user),)
    return (_said("End certificates", line.user), _said("CA certificates", line.ca))


def _said(about: str, coverage: Coverage) -> ShownCoverage:
    word, label = _STATES[coverage.state]
    partial = coverage.state is CoverageState.PARTIAL
    return ShownCoverage(
        about=about,
        word=word,
        label=label,
        fresh_until=coverage.fresh_until,
        missing=tuple(one for one in REASONS if one in coverage.missing) if partial else (),
        by_point=coverage.by_point and bool(coverage.covered),
    )


def _reasons(reasons: frozenset[str]) -> str:
    return ", ".join(one for one in REASONS if one in reasons) or "no reason at all"


def show_source(source: CrlSource) -> ShownSource:
    word, label = OUTCOMES.get(source.outcome, ("warning", source.outcome))
    failed = source.failures > 0
    say = crl_sentence if failed else note_sentence
    periods = dict(PERIODS)
    return ShownSource(
        source=source,
        word=word,
        label=label,
        sentences=tuple(say(code, data) for code, data in source.outcome_data),
        asked=periods.get(source.every, "") if source.every else "At the next update",
    )
