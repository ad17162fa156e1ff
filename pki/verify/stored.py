"""Reports as JSON and back: what is kept in the database is what was found."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from pki.findings import Finding
from pki.verify.report import (
    CheckOutcome,
    CheckResult,
    Diagnostic,
    PathElement,
    Report,
    UsedCrl,
    Verdict,
)

T = TypeVar("T")


def report_to_json(report: Report) -> dict[str, object]:
    """A report as JSON-able values. Moments are ISO 8601 with their offset.

    What is empty in most reports is left out where it is empty: a million of them are kept. The
    values share parts with those of other reports: they are to be written, not changed.
    """
    return {
        "path": [element_to_json(element) for element in report.path],
        "checks": _outcomes_to_json(report.checks),
        **_own_parts(report),
    }


def report_to_text(report: Report) -> str:
    """`report_to_json` as JSON without spaces, in a third of the time.

    What many reports share is written once and copied: the checks, most of which find nothing, and
    the certificates above the leaf.
    """
    path = ",".join(
        [
            _ISSUER_TEXTS.of((element,)) if element.depth else _text_of_element(element)
            for element in report.path
        ]
    )
    text = (
        f'{{"path":[{path}],"checks":{_CHECKS_TEXTS.of(report.checks)},'
        f'"verdict":"{report.verdict.value}","moment":"{report.moment.isoformat()}",'
        f'"effective_expiry":{_quoted_moment(report.effective_expiry)},'
        f'"horizon":{_quoted_moment(report.horizon)},'
        f'"openssl_version":{_quoted(report.openssl_version)},"flags":{_FLAGS_TEXTS.of(report.flags)}'
    )
    rare = _rare_parts(report)
    return f"{text},{_compact(rare)[1:]}" if rare else f"{text}}}"


def _own_parts(report: Report) -> dict[str, object]:
    """Everything but the path and the checks."""
    return {
        "verdict": report.verdict.value,
        "moment": report.moment.isoformat(),
        "effective_expiry": _text(report.effective_expiry),
        "horizon": _text(report.horizon),
        "openssl_version": report.openssl_version,
        "flags": report.flags,
        **_rare_parts(report),
    }


def _rare_parts(report: Report) -> dict[str, object]:
    """What most reports do not have."""
    stored: dict[str, object] = {}
    if report.diagnostics:
        stored["diagnostics"] = [_diagnostic_to_json(item) for item in report.diagnostics]
    if report.crls:
        stored["crls"] = [_crl_to_json(crl) for crl in report.crls]
    if report.other_path:
        stored["other_path"] = [element_to_json(element) for element in report.other_path]
    if report.other_path_diagnostics:
        stored["other_path_diagnostics"] = [
            _diagnostic_to_json(item) for item in report.other_path_diagnostics
        ]
    if report.tolerated_diagnostics:
        stored["tolerated_diagnostics"] = [
            _diagnostic_to_json(item) for item in report.tolerated_diagnostics
        ]
    return stored


def report_from_json(stored: Mapping[str, Any]) -> Report:
    """The report that `report_to_json` stored."""
    return Report(
        verdict=Verdict(stored["verdict"]),
        moment=datetime.fromisoformat(stored["moment"]),
        path=_elements(stored["path"]),
        diagnostics=_diagnostics(stored.get("diagnostics", ())),
        checks=tuple(_outcome(outcome) for outcome in stored["checks"]),
        crls=tuple(_crl(crl) for crl in stored.get("crls", ())),
        effective_expiry=_moment(stored["effective_expiry"]),
        horizon=_moment(stored["horizon"]),
        openssl_version=stored["openssl_version"],
        flags=tuple(stored["flags"]),
        other_path=_elements(stored.get("other_path", ())),
        other_path_diagnostics=_diagnostics(stored.get("other_path_diagnostics", ())),
        tolerated_diagnostics=_diagnostics(stored.get("tolerated_diagnostics", ())),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def element_to_json(element: PathElement) -> dict[str, object]:
    """One certificate of a path as JSON-able values: to be written, not changed."""
    return _issuer_as_json(element) if element.depth else _element_as_json(element)


@lru_cache(maxsize=512)
def _issuer_as_json(element: PathElement) -> dict[str, object]:
    """The certificates above the leaf stand in many reports."""
    return _element_as_json(element)


def _element_as_json(element: PathElement) -> dict[str, object]:
    return {
        "depth": element.depth,
        "sha256": element.sha256,
        "subject": element.subject,
        "issuer": element.issuer,
        "not_before": element.not_before.isoformat(),
        "not_after": element.not_after.isoformat(),
        "source": element.source,
    }


def element_from_json(stored: Mapping[str, Any]) -> PathElement:
    """The certificate of a path that `element_to_json` stored."""
    return PathElement(
        depth=stored["depth"],
        sha256=stored["sha256"],
        subject=stored["subject"],
        issuer=stored["issuer"],
        not_before=datetime.fromisoformat(stored["not_before"]),
        not_after=datetime.fromisoformat(stored["not_after"]),
        source=stored["source"],
    )


def _elements(stored: Sequence[Mapping[str, Any]]) -> tuple[PathElement, ...]:
    return tuple(element_from_json(item) for item in stored)


def _diagnostic_to_json(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "number": diagnostic.number,
        "symbol": diagnostic.symbol,
        "text": diagnostic.text,
        "depth": diagnostic.depth,
        "sha256": diagnostic.sha256,
        "crl_path": diagnostic.crl_path,
    }


def _diagnostics(stored: Sequence[Mapping[str, Any]]) -> tuple[Diagnostic, ...]:
    return tuple(Diagnostic(**item) for item in stored)


def _outcomes_to_json(outcomes: Sequence[CheckOutcome]) -> list[dict[str, object]]:
    return [_outcome_to_json(outcome) for outcome in outcomes]


def _outcome_to_json(outcome: CheckOutcome) -> dict[str, object]:
    return _as_json(outcome) if outcome.findings else _without_findings(outcome)


@lru_cache(maxsize=512)
def _without_findings(outcome: CheckOutcome) -> dict[str, object]:
    """Most checks find nothing, and give one of few answers."""
    return _as_json(outcome)


def _as_json(outcome: CheckOutcome) -> dict[str, object]:
    stored: dict[str, object] = {"name": outcome.name, "result": outcome.result.value}
    if outcome.reason:
        stored["reason"] = outcome.reason
    if outcome.findings:
        stored["findings"] = [finding.to_json() for finding in outcome.findings]
    return stored


def _outcome(stored: Mapping[str, Any]) -> CheckOutcome:
    return CheckOutcome(
        name=stored["name"],
        result=CheckResult(stored["result"]),
        reason=stored.get("reason", ""),
        findings=tuple(Finding.from_json(finding) for finding in stored.get("findings", ())),
    )


def _crl_to_json(crl: UsedCrl) -> dict[str, object]:
    return {
        "sha256": crl.sha256,
        "issuer": crl.issuer,
        "number": crl.number,
        "this_update": crl.this_update.isoformat(),
        "next_update": _text(crl.next_update),
        "state": crl.state,
    }


def _crl(stored: Mapping[str, Any]) -> UsedCrl:
    return UsedCrl(
        sha256=stored["sha256"],
        issuer=stored["issuer"],
        number=stored["number"],
        this_update=datetime.fromisoformat(stored["this_update"]),
        next_update=_moment(stored["next_update"]),
        state=stored["state"],
    )


# Texts that many reports share -------------------------------------------------------------------

_MOST_TEXTS: Final = 512
_compact = json.JSONEncoder(separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring_ascii


def _text_of_element(element: PathElement) -> str:
    return (
        f'{{"depth":{element.depth},"sha256":{_quoted(element.sha256)},'
        f'"subject":{_quoted(element.subject)},"issuer":{_quoted(element.issuer)},'
        f'"not_before":"{element.not_before.isoformat()}",'
        f'"not_after":"{element.not_after.isoformat()}","source":{_quoted(element.source)}}}'
    )


def _quoted_moment(moment: datetime | None) -> str:
    return "null" if moment is None else f'"{moment.isoformat()}"'


class _SharedTexts(Generic[T]):
    """The texts of tuples of values, found again by which objects they hold.

    To compare objects costs a tenth of comparing what is in them. Each entry holds the objects, so
    no other can have their places in memory meanwhile.
    """

    def __init__(self, text_of: Callable[[tuple[T, ...]], str]) -> None:
        self._text_of = text_of
        self._kept: dict[tuple[int, ...], tuple[tuple[T, ...], str]] = {}

    def of(self, values: tuple[T, ...]) -> str:
        key = tuple(map(id, values))
        found = self._kept.get(key)
        if found is None:
            found = values, self._text_of(values)
            if len(self._kept) >= _MOST_TEXTS:
                self._kept.clear()
            self._kept[key] = found
        return found[1]


_ISSUER_TEXTS: Final = _SharedTexts[PathElement](lambda one: _text_of_element(one[0]))
_FLAGS_TEXTS: Final = _SharedTexts[str](_compact)
_CHECKS_TEXTS: Final = _SharedTexts[CheckOutcome](
    lambda outcomes: _compact(_outcomes_to_json(outcomes))
)
