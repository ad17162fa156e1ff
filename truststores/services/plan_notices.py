from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from certificates.models import Certificate, Crl
from truststores.models import Notice, NoticeMail
from truststores.services.find_crossings import Crossing, find_crossings
from truststores.services.find_recipients import find_recipients


def plan_notices(*, moment: datetime) -> int:
    """Write down what crossed a threshold and whom to tell; gives how many objects did.

    The crossing and the mails that it asks for are one transaction, so a run that dies has either
    told of an object or will.
    """
    planned = 0
    for crossings in find_crossings(moment=moment):
        with transaction.atomic():
            planned += _planned(crossings, moment)
    return planned


def _planned(crossings: Sequence[Crossing], moment: datetime) -> int:
    notices = _written([crossing.notice for crossing in crossings], moment)
    certificates = [one.certificate for one in notices if one.certificate is not None]
    crls = [one.crl for one in notices if one.crl is not None]
    recipients = find_recipients(
        certificates=list(Certificate.objects.filter(pk__in=[one.pk for one in certificates])),
        crls=list(Crl.objects.filter(pk__in=[one.pk for one in crls])),
    )
    NoticeMail.objects.bulk_create(
        NoticeMail(notice=notice, recipient=recipient, threshold=notice.threshold, found_at=moment)
        for notice in notices
        for recipient in recipients[notice.key]
    )
    return len(notices)


def _written(notices: Sequence[Notice], moment: datetime) -> list[Notice]:
    """The rows as they are now; without those that another run or a person was quicker with."""
    ids = []
    for one in notices:
        if not one.pk:
            kind, about = one.key
            row, _ = Notice.objects.get_or_create(**{f"{kind}_id": about}, defaults=_said(one))
            ids += [row.pk] if row.found_at == moment else []
        elif Notice.objects.due(moment).filter(pk=one.pk).update(**_said(one)):
            ids.append(one.pk)
    return list(Notice.objects.filter(pk__in=ids).select_related("certificate", "crl"))


def _said(notice: Notice) -> dict[str, Any]:
    return {
        "threshold": notice.threshold,
        "found_at": notice.found_at,
        "next_at": notice.next_at,
    }
