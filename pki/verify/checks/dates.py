"""Is every certificate of the path valid at the moment? (RFC 5280, 4.1.2.5 and 6.1.3 (a)(2))

Findings depend on the dates alone and never on the moment, so that a report holds up to its
horizon: dates.malformed, dates.wrong_form, dates.reversed, dates.no_end, dates.outlives_issuer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pki import der
from pki.findings import Finding
from pki.verify.checks.check import Check, Situation, info, warning
from pki.verify.prepared import Member

_FIRST_GENERALIZED_YEAR = 2050
_NO_END = 9999


def _of_certificate(member: Member, role: str) -> Iterator[Finding]:
    anatomy = member.anatomy
    if anatomy is None:
        return
    before, after = anatomy.not_before, anatomy.not_after
    if before is None:
        yield warning("dates.malformed", "notBefore")
    elif not _well_formed(before, anatomy.not_before_tag):
        yield warning("dates.wrong_form", "notBefore")
    if after is None:
        yield warning("dates.malformed", "notAfter")
    elif not _well_formed(after, anatomy.not_after_tag):
        yield warning("dates.wrong_form", "notAfter")
    if after is not None and after.year == _NO_END:
        yield info("dates.no_end", "notAfter")
    if before is not None and after is not None and after < before:
        yield warning("dates.reversed", "notAfter")


def _well_formed(moment: datetime, tag: int) -> bool:
    """Whether the year is written in the form that RFC 5280 asks for: UTCTime up to 2049."""
    return (tag == der.GENERALIZED_TIME) == (moment.year >= _FIRST_GENERALIZED_YEAR)


def _of_path(situation: Situation) -> Iterator[Finding]:
    for depth, (member, issuer) in enumerate(zip(situation.path, situation.path[1:], strict=False)):
        if member.ends is not None and issuer.ends is not None and member.ends > issuer.ends:
            yield info("dates.outlives_issuer", "notAfter", depth=depth)


CHECK = Check(
    name="dates",
    numbers=frozenset({9, 10, 13, 14}),
    of_certificate=_of_certificate,
    of_path=_of_path,
)
