"""How a refused change is told: as a message on the page that it came from."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from truststores.errors import StoreChangeRefused
from truststores.texts import refusal_text


def tell_refusal(request: HttpRequest, refusal: StoreChangeRefused) -> None:
    messages.error(request, refusal_text(refusal.code, refusal.data))
