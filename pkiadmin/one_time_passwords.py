"""Passwords that the console makes: shown once, good for one sign-in, replaced by their owner."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.contrib.auth.models import AbstractBaseUser, User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from pkiadmin.models import OneTimePassword


def give_one_time_password(user: User) -> str:
    """Set a new random password (96 bits) and mark it; the caller shows it once."""
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.save(update_fields=["password"])
    OneTimePassword.objects.update_or_create(user=user, defaults={"given_at": timezone.now()})
    return password


def forget_one_time_password(user: AbstractBaseUser) -> None:
    OneTimePassword.objects.filter(user_id=user.pk).delete()


class OneTimePasswordMiddleware:
    """Until the password is changed, every page leads to the page that changes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_change(request):
            change = reverse("account_change_password")
            if request.path not in (
                change,
                reverse("account_logout"),
                reverse("account_reauthenticate"),
            ):
                return HttpResponseRedirect(change)
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Let the page say why the password has to be changed."""
        if response.context_data is not None and self._must_change(request):
            response.context_data["one_time"] = True
        return response

    @staticmethod
    def _must_change(request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and hasattr(user, "one_time_password")
