"""Whether somebody has signed in lately: what lets a private key out asks for it."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode


def signed_in_lately(request: HttpRequest) -> bool:
    """Whether the last sign-in is recent enough to let a private key out."""
    try:
        reauthentication_required(_nothing)(request)
    except ReauthenticationRequired:
        return False
    return True


def sign_in_again(address: str) -> HttpResponseRedirect:
    """Ask to sign in, and lead to that address afterwards.

    Not by allauth's decorator: it would keep the form, with its passphrase, in the session.
    """
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': address})}")


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
