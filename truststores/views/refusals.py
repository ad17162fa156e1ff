"""How what is refused is told: as a message on the page that it came from."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from truststores.errors import StoreChangeRefused
from truststores.forms.moments import MomentForm
from truststores.texts import refusal_text


def tell_refusal(request: HttpRequest, refusal: StoreChangeRefused) -> None:
    messages.error(request, refusal_text(refusal.code, refusal.data))


def tell_moment(request: HttpRequest, form: MomentForm) -> None:
    """What is wrong with the day that somebody asked for."""
    for problem in form.errors.get("moment", ()):
        messages.error(request, str(problem))
