"""What somebody may do: what their role permits and what was given to them, asked for once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from pkiadmin.models import OneTimePassword
from pkiadmin.one_time_passwords import give_one_time_password
from pkiadmin.roles import ROLES, Role, give_role

pytestmark = pytest.mark.django_db

Person = Callable[..., User]


def afresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_permits_what_its_table_says(person: Person, role: Role) -> None:
    somebody = afresh(person(role.value))
    assert somebody.get_all_permissions() == set(ROLES[role].permissions)
    assert all(map(somebody.has_perm, ROLES[role].permissions))


def test_what_was_given_to_one_person_is_theirs_alone(person: Person) -> None:
    auditor, reader = person("auditor"), person(None)
    person("administrator")
    reader.user_permissions.add(Permission.objects.get(codename="export_plain_key"))
    assert afresh(reader).get_all_permissions() == {"certificates.export_plain_key"}
    assert not afresh(auditor).has_perm("certificates.export_plain_key")


def test_nobody_keeps_what_their_last_role_permitted(person: Person) -> None:
    somebody = person("administrator")
    assert afresh(somebody).has_perm("auth.manage_people")
    give_role(somebody, Role.AUDITOR)
    assert not afresh(somebody).has_perm("auth.manage_people")


@pytest.mark.parametrize("superuser", [True, False])
def test_an_account_that_is_switched_off_may_nothing(person: Person, superuser: bool) -> None:
    somebody = person("administrator")
    User.objects.filter(pk=somebody.pk).update(is_active=False, is_superuser=superuser)
    assert afresh(somebody).get_all_permissions() == set()
    assert not afresh(somebody).has_perm("auth.manage_people")


def test_a_superuser_may_everything(person: Person) -> None:
    somebody = person("auditor")
    User.objects.filter(pk=somebody.pk).update(is_superuser=True)
    assert afresh(somebody).has_perm("certificates.export_plain_key")
    assert "certificates.export_plain_key" in afresh(somebody).get_all_permissions()


def test_a_session_of_an_account_that_is_switched_off_ends(person: Person, client: Client) -> None:
    somebody = person("operator")
    client.force_login(somebody)
    assert client.get(reverse("home")).status_code == 200
    User.objects.filter(pk=somebody.pk).update(is_active=False)
    assert client.get(reverse("home")).status_code == 302


def test_a_password_that_is_good_once_is_asked_for_at_the_next_page(
    person: Person, client: Client
) -> None:
    somebody = person("operator")
    client.force_login(somebody)
    assert client.get(reverse("home")).status_code == 200
    OneTimePassword.objects.create(user=somebody, given_at=somebody.date_joined)
    assert client.get(reverse("home")).headers["Location"] == reverse("account_change_password")
    OneTimePassword.objects.all().delete()
    assert client.get(reverse("home")).status_code == 200


def test_who_somebody_is_and_what_they_may_do_are_two_questions(
    person: Person, django_assert_num_queries: Any
) -> None:
    from django.contrib.auth import get_user

    somebody = person("operator")
    give_one_time_password(somebody)
    client = Client()
    client.force_login(afresh(somebody))
    request: Any = type("Request", (), {"session": client.session})()
    assert request.session.keys()
    with django_assert_num_queries(2):
        found = get_user(request)
        assert found.has_perm("jobs.run_job")
        assert not found.has_perm("auth.manage_people")
        assert hasattr(found, "one_time_password")
