"""The words of notices: the digest that goes out by e-mail, and thresholds as people say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from certificates.models import Certificate, Crl
from pki.names import visible
from truststores.models import Notice
from ui.uses import Use
from ui.uses import in_words as uses_in_words

# What is written out in one mail; who has more to do opens the page.
_MOST_LISTED = 200
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """A mail: one line of subject, plain text."""

    subject: str
    body: str


def write_digest(
    *,
    notices: Sequence[Notice],
    moment: datetime,
    console: str,
    uses: Mapping[int, Sequence[Use]],
) -> Digest:
    """What ends, the nearest first, with who uses it and an address for each.

    Names were chosen by whoever wrote the certificate: they are shown on one line, with what does
    not print as escapes, and never stand in the subject.
    """
    ordered = sorted(notices, key=lambda one: (one.lifetime[1], one.pk or 0))
    ended = [one for one in ordered if one.lifetime[1] <= moment]
    to_come = [one for one in ordered if one.lifetime[1] > moment]
    lines = [*_part("Ended already:", ended, moment, console, uses)]
    lines += _part("Coming to an end:", to_come, moment, console, uses)
    if len(ordered) > _MOST_LISTED:
        lines += [f"And {len(ordered) - _MOST_LISTED} more.", ""]
    lines += _what_to_do(ordered)
    lines += [
        f"Everything that ends within 90 days: {console}/expiring/",
        "There you can also acknowledge what needs no more notices. You are told again when the",
        "next mark before an end is passed: 90, 60, 30, 14, 7 and 1 days for certificates, a part",
        "of their time for CRLs and what lives for a month or less.",
    ]
    return Digest(subject=_subject(ended, to_come, moment), body="\n".join(lines) + "\n")


def _subject(ended: Sequence[Notice], to_come: Sequence[Notice], moment: datetime) -> str:
    said = []
    if ended:
        said.append(f"{len(ended)} {_noun(ended)} ended")
    if to_come:
        first = in_words(to_come[0].lifetime[1] - moment)
        verb = "ends" if len(to_come) == 1 else "end"
        which = first if len(to_come) == 1 else f"soon, the first {first}"
        said.append(f"{len(to_come)} {_noun(to_come)} {verb} {which}")
    return f"[pkiadmin] {'; '.join(said)}"


def _noun(notices: Sequence[Notice]) -> str:
    crls = sum(one.crl_id is not None for one in notices)
    many = "" if len(notices) == 1 else "s"
    if crls == 0:
        return f"certificate{many}"
    return f"CRL{many}" if crls == len(notices) else "certificates and CRLs"


def _part(
    title: str,
    notices: Sequence[Notice],
    moment: datetime,
    console: str,
    uses: Mapping[int, Sequence[Use]],
) -> list[str]:
    if not notices:
        return []
    lines = [title, ""]
    for one in notices[:_MOST_LISTED]:
        shown = one.shown
        end = one.lifetime[1]
        kind = "CRL" if isinstance(shown, Crl) else "CA" if shown.is_ca else "Certificate"
        name = shown.issuer if isinstance(shown, Crl) else shown.cn or shown.subject
        lines += [
            f"- {kind}: {visible(name)[:_LONGEST_NAME] or 'without a name'}",
            f"  {'ended' if end <= moment else 'ends'} {end:%Y-%m-%d %H:%M} UTC, "
            f"{in_words(end - moment)}",
            *_issued(shown),
            *_used(uses.get(one.certificate_id or 0, ())),
            f"  {console}{shown.get_absolute_url()}",
            "",
        ]
    return lines


def _what_to_do(notices: Sequence[Notice]) -> list[str]:
    """For whoever reads this at night and did not make any of it."""
    lines = []
    if any(one.crl_id is None for one in notices):
        lines += [
            "Certificates: renew them, install the new ones where the old ones are used, and import",
            "them. An old one that is marked as replaced, on its page, is not told of again.",
        ]
    if any(one.crl_id is not None for one in notices):
        lines += [
            "CRLs: their authorities publish the next ones. Its page says which trust stores rest on",
            "one of them; bring the next one in there, or see what its source gave.",
        ]
    return [*lines, ""]


def _issued(shown: Certificate | Crl) -> list[str]:
    if isinstance(shown, Crl) or shown.self_issued or not shown.issuer_cn:
        return []
    return [f"  issued by {visible(shown.issuer_cn)[:_LONGEST_NAME]}, serial {shown.serial}"]


def _used(uses: Sequence[Use]) -> list[str]:
    return [f"  {uses_in_words(uses)}"] if uses else []


def in_words(left: timedelta) -> str:
    """`in 13 days`, `in 5 hours`, `2 days ago`: rounded down, so that nobody has less than it says."""
    seconds = abs(left.total_seconds())
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            said = f"{count} {noun}{'' if count == 1 else 's'}"
            return f"in {said}" if left > timedelta(0) else f"{said} ago"
    return "now"
