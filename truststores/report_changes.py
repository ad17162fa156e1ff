"""What is different between two reports of the same certificate and store, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pki.verify.report import Diagnostic, Report, UsedCrl, Verdict
from truststores.ends import short_name

_WORDS = {
    Verdict.TRUSTED: "trusted",
    Verdict.NOT_TRUSTED: "not trusted",
    Verdict.UNDETERMINED: "undetermined",
}
_NAMED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One line of a difference: what came (`is_new`) or went, and whether it is OpenSSL's words."""

    text: str
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportChange:
    """How a report followed another: one sentence, and what is different in each respect."""

    moment: datetime
    verdict: str
    sentence: str
    codes: tuple[Difference, ...]
    path: tuple[Difference, ...]
    crls: tuple[Difference, ...]

    @property
    def respects(self) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
        """The differences under their titles."""
        return ("What OpenSSL says", self.codes), ("Path", self.path), ("CRLs", self.crls)


def change_between(before: Report, after: Report) -> ReportChange:
    """What changed from one report to the next."""
    return ReportChange(
        moment=after.moment,
        verdict=after.verdict.value,
        sentence=_sentence(before, after),
        codes=_differences(map(_said, before.diagnostics), map(_said, after.diagnostics)),
        path=_differences(
            (f"{one.depth}  {short_name(one.subject)}" for one in before.path),
            (f"{one.depth}  {short_name(one.subject)}" for one in after.path),
            keys=(
                [(one.depth, one.sha256) for one in before.path],
                [(one.depth, one.sha256) for one in after.path],
            ),
        ),
        crls=_differences(map(_crl, before.crls), map(_crl, after.crls)),
    )


def _sentence(before: Report, after: Report) -> str:
    was, now = _WORDS[before.verdict], _WORDS[after.verdict]
    if after.verdict is Verdict.TRUSTED:
        gone = _reasons(before.diagnostics)
        return f"was {was}{f' ({gone})' if gone else ''}, now trusted"
    known = {(one.number, one.depth) for one in before.diagnostics}
    new = [one for one in after.diagnostics if (one.number, one.depth) not in known]
    said = _reasons(new or after.diagnostics)
    if before.verdict is after.verdict:
        if new:
            return f"still {now}, and now {said}"
        left = {(one.number, one.depth) for one in after.diagnostics}
        ended = [one for one in before.diagnostics if (one.number, one.depth) not in left]
        return f"still {now}, but no longer {_reasons(ended)}" if ended else f"still {now}"
    return f"was {was}, now {said}" if said else f"was {was}, now {now}"


def _reasons(diagnostics: Sequence[Diagnostic]) -> str:
    named = list(dict.fromkeys(map(_said, diagnostics)))
    more = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _said(one: Diagnostic) -> str:
    where = " on the path of a CRL's issuer" if one.crl_path else ""
    return f"{one.number} {one.text} at depth {one.depth}{where}"


def _crl(crl: UsedCrl) -> str:
    number = f" no. {crl.number[:24]}" if crl.number else ""
    return f"{short_name(crl.issuer)}{number}, {crl.state}"


def _differences(
    before: Iterable[str],
    after: Iterable[str],
    *,
    keys: tuple[Sequence[object], Sequence[object]] | None = None,
) -> tuple[Difference, ...]:
    """What went, then what came; compared by `keys` where two may read alike."""
    old, new = list(before), list(after)
    old_keys, new_keys = keys if keys is not None else (old, new)
    gone = [text for text, key in zip(old, old_keys, strict=True) if key not in new_keys]
    came = [text for text, key in zip(new, new_keys, strict=True) if key not in old_keys]
    return (
        *(Difference(text=text, is_new=False) for text in gone),
        *(Difference(text=text, is_new=True) for text in came),
    )
