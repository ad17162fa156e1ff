from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from audit.services.record import record
from pkiadmin.one_time_passwords import forget_one_time_password


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs up: administrators make the accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Where a changed password leads: to what the person came for."""
        return reverse("home")

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """What somebody's own change of their password goes through."""
        super().set_password(user, password)
        forget_one_time_password(user)
        record(actor=user, action="person.password_changed", subject=user, request=self.request)
