from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from certificates.models import Certificate
from pki.address_guard import checked_addresses
from pki.distribution import PointName
from pki.errors import AddressRefused, FetchRefused, NameNotResolved
from pki.fetch.limits import DEFAULT_LIMITS
from pki.fetch.url import read_url
from pki.names import visible
from truststores.errors import StoreChangeRefused
from truststores.models import CrlSource, TrustStore
from truststores.services.request_fetch import request_fetch
from truststores.specs import NewSource

MOST_SOURCES = 500
# A page waits for it; the fetch asks again and takes its time.
_LOOK_UP_SECONDS = 3.0


def add_source(
    *,
    actor: User | None,
    store_id: int,
    new: NewSource,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> CrlSource:
    """Let a store get a CRL from an address, and ask for the first one at once.

    The address is judged now, so that whoever writes it learns of it, and again at every fetch,
    because names change what they lead to. Raises `StoreChangeRefused`.
    """
    _refuse_closed(new.url)
    with transaction.atomic():
        store = TrustStore.objects.locked(store_id)
        if store.crl_sources.count() >= MOST_SOURCES:
            raise StoreChangeRefused("source.too_many", maximum=MOST_SOURCES)
        source = _written(store, new, moment or timezone.now())
        record(
            actor=actor,
            action="crl_source.added",
            subject=store,
            data={"url": source.shown_url},
            request=request,
        )
        request_fetch(actor=actor, source_id=source.pk, request=request)
    return source


def _written(store: TrustStore, new: NewSource, moment: datetime) -> CrlSource:
    issuer = Certificate.objects.filter(pk=new.issuer_id).first() if new.issuer_id else None
    try:
        with transaction.atomic():
            return CrlSource.objects.create(
                trust_store=store,
                url=new.url,
                issuer=issuer,
                issuer_name=issuer.subject if issuer is not None else "",
                issuer_sha256=issuer.subject_sha256 if issuer is not None else "",
                points=_stored(new.points),
                every=new.every,
                # The first fetch is asked for in this transaction; this is in case it gets lost.
                next_at=moment,
                created_at=moment,
            )
    except IntegrityError as error:
        raise StoreChangeRefused("source.already_there") from error


def _stored(points: Sequence[PointName]) -> list[list[str]]:
    return [[name.kind, name.text, name.key] for name in points]


def _refuse_closed(url: str) -> None:
    """Say at once what every fetch would say: that the address leads where nobody may go."""
    try:
        target = read_url(url)
        checked_addresses(
            target.host,
            target.port,
            settings.INTERNAL_CRL_HOSTS,
            public_ports=DEFAULT_LIMITS.ports,
            seconds=_LOOK_UP_SECONDS,
        )
    except (FetchRefused, AddressRefused) as error:
        shown = {name: visible(str(value))[:200] for name, value in error.data.items()}
        raise StoreChangeRefused(f"source.{error.data['why']}", **shown) from error
    except NameNotResolved:
        # The name server may be away; the fetch will say so, and come back.
        return
