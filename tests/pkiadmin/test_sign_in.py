"""Signing in for somebody who guesses (threat 19): nothing tells whether a name exists, and few tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

RIGHT = "correct horse 9"
TRIES_OF_A_NAME = 5
TRIES_FROM_AN_ADDRESS = 10


class CountingHasher(PBKDF2PasswordHasher):
    """The hasher of the product, with few rounds; it notes each password that it works on."""

    iterations = 50
    worked: list[int] = []

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        self.worked.append(iterations or self.iterations)
        return super().encode(password, salt, iterations)


@pytest.fixture
def work(settings: Any) -> list[int]:
    """The rounds of each hash that was calculated since it was last cleared."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.worked.clear()
    return CountingHasher.worked


def sign_in(username: str, password: str = "wrong", address: str = "192.0.2.1") -> Any:
    return Client(REMOTE_ADDR=address).post(
        reverse("account_login"), {"login": username, "password": password}
    )


def text_of(answer: Any) -> str:
    """The page without the token of its form and without the name that was typed."""
    page = answer.content.decode()
    for secret in (answer.context["csrf_token"], answer.wsgi_request.POST["login"]):
        page = page.replace(str(secret), "")
    return str(page)


def test_a_name_that_nobody_has_costs_the_same_work_and_gets_the_same_answer(
    work: list[int], person: Callable[..., User]
) -> None:
    person("operator", "ada")
    switched_off = person("operator", "grace")
    switched_off.is_active = False
    switched_off.save()
    answers = {}
    spent = {}
    for username in ("ada", "grace", "nobody-of-this-name"):
        work.clear()
        answers[username] = sign_in(username)
        spent[username] = list(work)
    assert spent["ada"] == spent["grace"] == spent["nobody-of-this-name"] == [50]
    assert {answer.status_code for answer in answers.values()} == {200}
    assert len({text_of(answer) for answer in answers.values()}) == 1


def test_a_name_is_locked_after_a_few_tries_from_wherever_they_come(
    person: Callable[..., User],
) -> None:
    person("operator", "ada")
    person("operator", "grace")
    for number in range(TRIES_OF_A_NAME):
        assert "not correct" in sign_in("ada", address=f"192.0.2.{number}").content.decode()
    refused = sign_in("ada", RIGHT, address="192.0.2.77")
    assert refused.status_code in (200, 429)
    assert "Too many" in refused.content.decode()
    # Also in another spelling; and nobody else is locked by it.
    assert "Too many" in sign_in("ADA", RIGHT, address="192.0.2.78").content.decode()
    assert sign_in("grace", RIGHT, address="192.0.2.79").status_code == 302
    cache.clear()
    assert sign_in("ada", RIGHT).status_code == 302


def test_an_address_is_locked_whatever_names_it_tries(person: Callable[..., User]) -> None:
    person("operator", "ada")
    for number in range(TRIES_FROM_AN_ADDRESS):
        sign_in(f"guess-{number}", address="192.0.2.1")
    assert "Too many" in sign_in("ada", RIGHT, address="192.0.2.1").content.decode()
    assert sign_in("ada", RIGHT, address="192.0.2.2").status_code == 302


def test_behind_a_proxy_each_client_is_locked_alone(
    person: Callable[..., User], settings: Any
) -> None:
    settings.PROXIES = 1
    person("operator", "ada")

    def from_behind(forwarded: str, username: str, password: str = "wrong") -> Any:
        return Client(REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": forwarded}).post(
            reverse("account_login"), {"login": username, "password": password}
        )

    for number in range(TRIES_FROM_AN_ADDRESS):
        # What stands before the proxy's own entry is the client's invention.
        from_behind(f"198.51.100.{number}, 192.0.2.1", f"guess-{number}")
    assert "Too many" in from_behind("192.0.2.1", "ada", RIGHT).content.decode()
    assert from_behind("192.0.2.1, 192.0.2.2", "ada", RIGHT).status_code == 302


def test_a_session_from_before_the_sign_in_is_not_the_one_after_it(
    person: Callable[..., User],
) -> None:
    person("operator", "ada")
    client = Client()
    client.get(reverse("account_login"))
    client.cookies["sessionid"] = "a" * 32
    client.post(reverse("account_login"), {"login": "ada", "password": RIGHT})
    assert client.cookies["sessionid"].value != "a" * 32
    assert client.get(reverse("home")).status_code == 200
