from __future__ import annotations

from datetime import datetime, timedelta

from certificates.models import Crl

# Whoever asks right at nextUpdate is late by the time it takes; CAs publish before it.
_MARGIN = timedelta(hours=1)
_MARGIN_PART = 10
_PAUSE = timedelta(minutes=15)
_FIRST_RETRY = timedelta(minutes=5)
_LONGEST_RETRY = timedelta(hours=6)
# A CRL without nextUpdate says nothing of when the next one comes.
_WITHOUT_NEXT_UPDATE = timedelta(days=1)


def next_fetch(*, crl: Crl, every: timedelta | None, moment: datetime, stayed: int = 0) -> datetime:
    """When a source that gave this CRL is asked again.

    With a period, after it. Without one, a little before the nextUpdate: an hour, or a tenth of the
    CRL's time where that is less. While the CA is late, the same list comes again and again;
    `stayed` counts how often it came after that point, and the pauses grow.
    """
    if every is not None:
        return moment + every
    wanted = renewal_of(crl)
    if wanted is None:
        return moment + _WITHOUT_NEXT_UPDATE
    return max(wanted, moment + _doubled(_PAUSE, stayed))


def renewal_of(crl: Crl) -> datetime | None:
    """From when on there should be a newer list than this one; None where it does not say."""
    if crl.next_update is None:
        return None
    lifetime: timedelta = crl.next_update - crl.this_update
    wanted: datetime = crl.next_update - max(min(_MARGIN, lifetime / _MARGIN_PART), timedelta(0))
    return wanted


def next_retry(*, failures: int, every: timedelta | None, moment: datetime) -> datetime:
    """When a source that failed is asked again: after 5 minutes, then twice as long each time.

    Never later than six hours, and never later than its period.
    """
    pause = _doubled(_FIRST_RETRY, failures - 1)
    return moment + (pause if every is None else min(pause, every))


def _doubled(pause: timedelta, times: int) -> timedelta:
    return min(pause * (1 << min(times, 10)), _LONGEST_RETRY)
