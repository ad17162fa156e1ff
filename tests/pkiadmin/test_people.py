from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from pkiadmin.models import OneTimePassword
from pkiadmin.roles import Role, role_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client_for: Callable[..., Any]) -> Client:
    client: Client = client_for("administrator")
    return client


def add(client: Client, username: str, role: str = "operator") -> str:
    """Add somebody by the page; the one-time password that it shows."""
    answer = client.post(reverse("person_add"), {"username": username, "role": role})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    shown = re.search(r">([A-Za-z0-9_-]{16})<", answer.content.decode())
    assert shown, answer.content.decode()
    return shown[1]


def test_a_new_person_signs_in_with_the_password_shown_once_and_must_replace_it(
    administrator: Client,
) -> None:
    password = add(administrator, "anna")
    assert AuditEvent.objects.get().action == "person.added"
    assert password not in str(list(AuditEvent.objects.values()))
    anna = Client()
    login = {"login": "anna", "password": password}
    assert anna.post(reverse("account_login"), login).status_code == 302
    change = reverse("account_change_password")
    for page in ("home", "jobs:jobs", "mfa_index"):
        assert anna.get(reverse(page))["Location"] == change
    assert "good for this once" in anna.get(change).content.decode()
    chosen = "quite another staple 5"
    answer = anna.post(change, {"oldpassword": password, "password1": chosen, "password2": chosen})
    assert answer["Location"] == reverse("home")
    assert anna.get(reverse("jobs:jobs")).status_code == 200
    assert not OneTimePassword.objects.exists()
    assert AuditEvent.objects.filter(action="person.password_changed").exists()
    assert Client().post(reverse("account_login"), login).status_code == 200


def test_a_name_that_exists_in_another_case_is_refused_beside_its_field(
    administrator: Client,
) -> None:
    User.objects.create_user("Anna")
    answer = administrator.post(reverse("person_add"), {"username": "anna", "role": "operator"})
    assert "There is an account of this name." in answer.content.decode()
    assert User.objects.filter(username="anna").count() == 0


def test_a_role_is_changed_and_recorded(administrator: Client) -> None:
    add(administrator, "anna")
    anna = User.objects.get(username="anna")
    administrator.post(reverse("person_role", args=[anna.pk]), {"role": "auditor"})
    assert role_of(anna) is Role.AUDITOR
    event = AuditEvent.objects.latest("sequence")
    assert (event.action, event.data) == (
        "person.role_changed",
        {"before": "operator", "after": "auditor"},
    )


def test_an_account_that_is_switched_off_is_signed_out(
    administrator: Client, person: Callable[..., Any]
) -> None:
    anna = person("operator", "anna")
    client = Client()
    client.force_login(anna)
    assert client.get(reverse("jobs:jobs")).status_code == 200
    administrator.post(reverse("person_deactivate", args=[anna.pk]))
    assert client.get(reverse("jobs:jobs")).status_code == 302
    administrator.post(reverse("person_activate", args=[anna.pk]))
    assert User.objects.get(pk=anna.pk).is_active


def test_a_new_one_time_password_ends_the_sessions_of_the_old_one(
    administrator: Client, person: Callable[..., Any]
) -> None:
    anna = person("operator", "anna")
    client = Client()
    client.force_login(anna)
    administrator.post(reverse("person_password", args=[anna.pk]))
    assert "/account/login/" in client.get(reverse("jobs:jobs"))["Location"]


@pytest.mark.parametrize("act", ["person_role", "person_deactivate", "person_password"])
def test_nobody_changes_their_own_account_and_so_one_administrator_stays(
    administrator: Client, act: str
) -> None:
    own = User.objects.get()
    administrator.post(reverse(act, args=[own.pk]), {"role": "auditor"})
    own.refresh_from_db()
    assert role_of(own) is Role.ADMINISTRATOR
    assert own.is_active
    assert not OneTimePassword.objects.exists()


def test_the_page_lists_everybody(administrator: Client, person: Callable[..., Any]) -> None:
    person("auditor", "<b>anna</b>")
    shown = administrator.get(reverse("people")).content.decode()
    assert "&lt;b&gt;anna" in shown
    assert "<b>anna" not in shown
