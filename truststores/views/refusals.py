"""How what is refused is told: as a message on the page that it came from."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from truststores.errors import StoreChangeRefused
from truststores.forms.moments import MomentForm
from truststores.models import CrlSource, StoreCrl, StoreMember, TrustStore
from truststores.texts import refusal_text


def tell_refusal(request: HttpRequest, refusal: StoreChangeRefused) -> None:
    messages.error(request, refusal_text(refusal.code, refusal.data))


def tell_moment(request: HttpRequest, form: MomentForm) -> None:
    """What is wrong with the day that somebody asked for."""
    for problem in form.errors.get("moment", ()):
        messages.error(request, str(problem))


PartT = TypeVar("PartT", StoreMember, StoreCrl, CrlSource)


def find_part(rows: QuerySet[PartT], *, store_id: int, pk: int) -> PartT | None:
    """A part of this store; None where it has gone, by a second press or in another tab.

    Raises `Http404` where it is a part of another store.
    """
    found = rows.filter(pk=pk).first()
    if found is not None and found.trust_store_id != store_id:
        raise Http404
    return found


def tell_gone(request: HttpRequest, store_id: int, name: str = "trust_store") -> HttpResponse:
    """Lead to the page of the store on which it stood; what was asked for is so already."""
    store = get_object_or_404(TrustStore, pk=store_id)
    messages.info(request, "It has been removed from this trust store already.")
    return redirect(f"truststores:{name}", pk=store.pk)
