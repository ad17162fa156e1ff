"""What administrators do with accounts: each act and its audit event in one transaction."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.services.record import record
from pkiadmin.one_time_passwords import give_one_time_password
from pkiadmin.roles import Role, give_role, role_of


class OwnAccount(Exception):
    """Nobody locks themselves out: their own role and account are for another administrator."""


@transaction.atomic
def add_person(request: HttpRequest, *, username: str, role: Role) -> tuple[User, str]:
    """A new account and the one-time password to tell its owner."""
    person = User.objects.create_user(username)
    give_role(person, role)
    password = give_one_time_password(person)
    _record(request, "person.added", person, role=role.value)
    return person, password


@transaction.atomic
def change_role(request: HttpRequest, *, person: User, role: Role) -> bool:
    _refuse_own(request, person)
    before = role_of(person)
    if before is role:
        return False
    give_role(person, role)
    _record(
        request,
        "person.role_changed",
        person,
        before=before.value if before is not None else "none",
        after=role.value,
    )
    return True


@transaction.atomic
def set_active(request: HttpRequest, *, person: User, active: bool) -> bool:
    """Switch an account off or on; one that is off is signed out at its next request."""
    _refuse_own(request, person)
    if not User.objects.filter(pk=person.pk, is_active=not active).update(is_active=active):
        return False
    _record(request, "person.activated" if active else "person.deactivated", person)
    return True


@transaction.atomic
def reset_password(request: HttpRequest, *, person: User) -> str:
    """A new one-time password; the sessions of the old one end with it."""
    _refuse_own(request, person)
    password = give_one_time_password(person)
    _record(request, "person.password_reset", person)
    return password


def _refuse_own(request: HttpRequest, person: User) -> None:
    if person.pk == request.user.pk:
        raise OwnAccount


def _record(request: HttpRequest, action: str, person: User, **data: str) -> None:
    record(actor=request.user, action=action, subject=person, data=data, request=request)
