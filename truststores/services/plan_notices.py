from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

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
    recipients = find_recipients(certificates=certificates, crls=crls)
    NoticeMail.objects.bulk_create(
        NoticeMail(notice=notice, recipient=recipient, threshold=notice.threshold, found_at=moment)
        for notice in notices
        for recipient in recipients[notice.key]
    )
    return len(notices)


def _written(notices: Sequence[Notice], moment: datetime) -> list[Notice]:
    """The rows as they are now; without those that another run or a person was quicker with."""
    new = [one for one in notices if not one.pk]
    Notice.objects.bulk_create(new, ignore_conflicts=True)
    known = {one.pk: one for one in notices if one.pk}
    still_due = Notice.objects.due(moment).filter(pk__in=known).select_for_update()
    ours = [known[pk] for pk in still_due.order_by("pk").values_list("pk", flat=True)]
    Notice.objects.bulk_update(ours, ["threshold", "found_at", "next_at"])
    about = Q(pk__in=[one.pk for one in ours])
    about |= Q(certificate__in=[one.certificate_id for one in new if one.certificate_id])
    about |= Q(crl__in=[one.crl_id for one in new if one.crl_id])
    found = Notice.objects.filter(about, found_at=moment)
    return list(found.select_related("certificate", "crl").order_by("pk"))
