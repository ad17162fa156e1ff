"""The first account of a new installation."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from pkiadmin.one_time_passwords import give_one_time_password
from pkiadmin.roles import Role, give_role

FIRST_NAME = "admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstAdministrator:
    """Who was made; `password` is the one-time password, empty when the person chose one."""

    username: str
    password: str


def has_administrator() -> bool:
    return User.objects.filter(is_active=True, groups__name=Role.ADMINISTRATOR.value).exists()


@transaction.atomic
def make_administrator(*, username: str = FIRST_NAME, password: str = "") -> FirstAdministrator:
    """Make an administrator with the chosen password, or with a one-time password."""
    user, _ = User.objects.get_or_create(username=username)
    user.is_active = True
    if password:
        user.set_password(password)
    user.save()
    shown = "" if password else give_one_time_password(user)
    give_role(user, Role.ADMINISTRATOR)
    return FirstAdministrator(username=username, password=shown)
