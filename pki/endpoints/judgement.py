"""What is found out about a service or an account, as plain values that go to JSON and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class Weight(StrEnum):
    """How much a finding presses, the most pressing first."""

    FAILS = "fails"
    INCOMPLETE = "incomplete"
    UNDETERMINED = "undetermined"
    WARNED = "warned"
    INFO = "info"


class Standing(StrEnum):
    """What all findings say together."""

    FAILS = "fails"
    INCOMPLETE = "incomplete"
    UNDETERMINED = "undetermined"
    WARNED = "warned"
    WORKS = "works"


_ORDER: Final = {weight: place for place, weight in enumerate(Weight)}


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedFinding:
    """One answer about a service or an account.

    `code` is stable and dotted (`chain.not_sent`), `place` names what it is about (an address, say,
    or empty), `data` are the values that its sentence names, as sorted pairs: certificates by their
    SHA-256, rows by the number that the caller gave. `remedy` is the code of what helps, or empty.
    """

    code: str
    weight: Weight
    place: str = ""
    data: tuple[tuple[str, str | int], ...] = ()
    remedy: str = ""

    @property
    def rank(self) -> int:
        """Its place among findings: what presses most has the lowest."""
        return _ORDER[self.weight]

    def get(self, name: str) -> str | int | None:
        """The value of that name, or None."""
        return dict(self.data).get(name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """Whether a service or an account works at a moment.

    `findings` stand in order, the most pressing first. `works_until` is the first moment at which
    something that works stops (None: nothing works, or nothing ends), `horizon` the first moment
    after `moment` at which the judgement could change by the passing of time alone (None: never).
    """

    moment: datetime
    findings: tuple[JudgedFinding, ...]
    works_until: datetime | None
    horizon: datetime | None

    @property
    def standing(self) -> Standing:
        """What the most pressing finding says; what is merely good to know says nothing."""
        first = self.findings[0].weight if self.findings else Weight.INFO
        return Standing.WORKS if first is Weight.INFO else Standing(first.value)

    @property
    def reason(self) -> str:
        """The code of the most pressing finding, empty where everything works without warnings."""
        return "" if self.standing is Standing.WORKS else self.findings[0].code


def judged(
    *,
    moment: datetime,
    findings: Iterable[JudgedFinding],
    works_until: datetime | None,
    turns: Iterable[datetime | None],
) -> Judgement:
    """A judgement with its findings in order; `turns` are the moments of which the horizon is one."""
    later = [turn for turn in turns if turn is not None and turn > moment]
    return Judgement(
        moment=moment,
        findings=tuple(sorted(dict.fromkeys(findings), key=lambda one: one.rank)),
        works_until=works_until,
        horizon=min(later, default=None),
    )


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    """The first of these moments; None stands for never."""
    return min((moment for moment in moments if moment is not None), default=None)


def judgement_to_json(judgement: Judgement) -> dict[str, Any]:
    """A judgement as JSON-able values. Moments are ISO 8601 with their offset."""
    return {
        "moment": judgement.moment.isoformat(),
        "works_until": _text(judgement.works_until),
        "horizon": _text(judgement.horizon),
        "findings": [
            {
                "code": one.code,
                "weight": one.weight.value,
                "place": one.place,
                "data": dict(one.data),
                "remedy": one.remedy,
            }
            for one in judgement.findings
        ],
    }


def judgement_from_json(stored: Mapping[str, Any]) -> Judgement:
    """The judgement that `judgement_to_json` stored."""
    return Judgement(
        moment=datetime.fromisoformat(stored["moment"]),
        works_until=_moment(stored["works_until"]),
        horizon=_moment(stored["horizon"]),
        findings=tuple(
            JudgedFinding(
                code=one["code"],
                weight=Weight(one["weight"]),
                place=one["place"],
                data=tuple(sorted(one["data"].items())),
                remedy=one["remedy"],
            )
            for one in stored["findings"]
        ),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
