from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jobs.errors import JobFailure
from jobs.lease import Lease
from truststores.models import NoticeMail
from truststores.notice_texts import write_digest
from truststores.services.find_crossings import ending_certificates, ending_crls
from truststores.services.plan_notices import plan_notices
from ui.uses import uses_of

# A worker that has not ended a mail by then has died with it.
_GIVEN_UP = timedelta(minutes=5)


def send_notices(*, lease: Lease) -> dict[str, Any]:
    """Find what comes to its end and send one digest to everybody it concerns.

    A digest is marked as sent in the transaction right after the server took it. What the server
    did not take waits for the next run, and the job fails with the reason; the others have theirs
    and get none twice. A worker that dies between the two sends one digest again, with the same
    Message-ID, by which mail systems know it.
    """
    moment = timezone.now()
    planned = plan_notices(moment=moment)
    lease.renew()
    _silence(moment)
    recipients = list(
        NoticeMail.objects.filter(sent_at=None)
        .order_by("recipient")
        .values_list("recipient", flat=True)
        .distinct()
    )
    sent = 0
    faults: list[str] = []
    for recipient in recipients:
        try:
            if not _send(recipient, moment):
                continue
        except (smtplib.SMTPException, OSError, ValueError) as error:
            faults.append(type(error).__name__)
            lease.renew()
            continue
        sent += 1
        lease.advance(done=sent, total=len(recipients))
    if faults:
        why = ", ".join(sorted(set(faults)))
        raise JobFailure(
            "notices.not_sent", failed=len(faults), recipients=len(recipients), why=why
        )
    return {"found": planned, "sent": sent}


def _silence(moment: datetime) -> None:
    """Give up mails about what was acknowledged, replaced, retired or removed while they waited."""
    waiting = NoticeMail.objects.filter(sent_at=None)
    waiting.exclude(notice__acknowledged_at=None).delete()
    waiting.filter(notice__certificate__isnull=False).exclude(
        notice__certificate__in=ending_certificates(moment=moment).values("pk")
    ).delete()
    waiting.filter(notice__crl__isnull=False).exclude(
        notice__crl__in=ending_crls(moment=moment).values("pk")
    ).delete()


def _send(recipient: str, moment: datetime) -> bool:
    """One digest; False where another worker is sending it. Nothing is locked while the mail goes."""
    mails = _taken(recipient)
    if not mails:
        return False
    rows = NoticeMail.objects.filter(pk__in=[one.pk for one in mails])
    try:
        _deliver(recipient, mails, moment)
    except (smtplib.SMTPException, OSError, ValueError):
        rows.update(taken_at=None)
        raise
    rows.update(sent_at=timezone.now())
    return True


@transaction.atomic
def _taken(recipient: str) -> list[NoticeMail]:
    now = timezone.now()
    free = NoticeMail.objects.filter(recipient=recipient, sent_at=None).filter(
        Q(taken_at=None) | Q(taken_at__lt=now - _GIVEN_UP)
    )
    ids = list(free.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    NoticeMail.objects.filter(pk__in=ids).update(taken_at=now)
    rows = NoticeMail.objects.filter(pk__in=ids).order_by("pk")
    return list(rows.select_related("notice__certificate", "notice__crl"))


def _deliver(recipient: str, mails: Sequence[NoticeMail], moment: datetime) -> None:
    notices = list({one.notice_id: one.notice for one in mails}.values())
    certificates = {one.certificate_id for one in notices if one.certificate_id}
    said = write_digest(
        notices=notices,
        moment=moment,
        console=settings.CONSOLE_URL,
        uses=uses_of("certificate", certificates),
    )
    # The same digest sent again has the same name, by which mail systems know it.
    name = uuid5(NAMESPACE_URL, f"{recipient} {[one.pk for one in mails]}")
    message = EmailMessage(
        subject=said.subject,
        body=said.body,
        to=[recipient],
        headers={"Message-ID": f"<{name}@pkiadmin>", "Auto-Submitted": "auto-generated"},
    )
    if message.send() != 1:
        raise OSError("the mail system took nothing")
