from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from pki.calendar import CalendarEvent, write_calendar
from truststores.cause_texts import summary, why
from truststores.ends import CauseKind
from truststores.services.make_calendar import Stop, make_calendar
from ui.uses import Use, in_words, uses_of

MOST_EVENTS = 1_000


def write_feed(*, moment: datetime, address_of: Callable[[str], str]) -> bytes:
    """What stops working when, as iCalendar; `address_of` makes a path of the console absolute."""
    stops = [
        stop
        for _, stop in zip(range(MOST_EVENTS), make_calendar(moment=moment).stops, strict=False)
    ]
    shown = {one.certificate.pk for stop in stops for one in stop.certificates}
    uses = uses_of("certificate", shown)
    told: Counter[str] = Counter()
    events = []
    for stop in stops:
        told[stop.key] += 1
        events.append(
            CalendarEvent(
                key=f"{stop.key}:{told[stop.key]}",
                starts=stop.moment,
                summary=summary(stop.cause, stop.count),
                description=_description(stop, uses),
                url=address_of(_path(stop)),
                categories=("PKI",),
            )
        )
    return write_calendar(events, name="pkiadmin: what stops working", now=moment)


def _path(stop: Stop) -> str:
    if stop.cause.kind is CauseKind.OWN and stop.certificates[:1]:
        report = stop.certificates[0].report_id
        if report is not None:
            return reverse("truststores:report", args=[report])
    return stop.url or reverse("truststores:calendar")


def _description(stop: Stop, uses: Mapping[int, Sequence[Use]]) -> str:
    lines = [why(stop.cause)]
    if stop.after_crl:
        lines.append("It stops sooner unless the CRLs of its path are renewed in time.")
    alone = stop.cause.kind is CauseKind.OWN
    for one in stop.certificates:
        # The event of a certificate that ends alone has its name as summary.
        named = "" if alone else str(one.certificate)
        lines.append(": ".join(filter(None, (named, in_words(uses.get(one.certificate.pk, ()))))))
    if not alone and stop.count > len(stop.certificates):
        lines.append(f"and {stop.count - len(stop.certificates):,} more")
    return "\n".join(filter(None, lines))
