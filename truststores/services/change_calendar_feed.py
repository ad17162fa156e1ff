from __future__ import annotations

import secrets
from hashlib import sha256

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from truststores.models import CalendarFeed


def token_digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def renew_calendar_feed(*, actor: User, request: HttpRequest | None = None) -> str:
    """A new secret for somebody's calendar (256 bits); the one before no longer opens it.

    The caller shows it once: only its digest is kept.
    """
    token = secrets.token_urlsafe(32)
    _, is_new = CalendarFeed.objects.update_or_create(
        user=actor, defaults={"token_sha256": token_digest(token), "made_at": timezone.now()}
    )
    action = "calendar_feed.made" if is_new else "calendar_feed.renewed"
    record(actor=actor, action=action, subject=actor, request=request)
    return token


@transaction.atomic
def revoke_calendar_feed(*, actor: User, request: HttpRequest | None = None) -> bool:
    """Let nothing open somebody's calendar any more; whether something did."""
    gone, _ = CalendarFeed.objects.filter(user=actor).delete()
    if gone:
        record(actor=actor, action="calendar_feed.revoked", subject=actor, request=request)
    return bool(gone)


def reader_of_feed(token: str) -> User | None:
    """Whose calendar this secret opens; nobody's where the account is switched off."""
    feed = (
        CalendarFeed.objects.select_related("user")
        .filter(token_sha256=token_digest(token), user__is_active=True)
        .first()
    )
    return feed.user if feed is not None else None
