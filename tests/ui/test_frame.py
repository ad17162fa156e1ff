"""The frame of the pages, the pages of allauth inside it, and the pages of errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from pytest_django import DjangoDbBlocker

from ui.navigation import NavGroup, NavItem, sections_for

ClientFor = Callable[[str | None], Client]


def test_the_page_of_a_fault_needs_no_database(django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.block():
        page = render_to_string("500.html")
    assert "<h1>Something went wrong here</h1>" in page


def test_an_address_without_a_page_answers_404_in_the_design(client_for: ClientFor) -> None:
    answer = client_for(None).get("/there/is/nothing/")
    assert answer.status_code == 404
    assert "<h1>There is nothing here</h1>" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/trust-stores/7/crls/upload/", "/trust-stores/7/crls/"),
        ("/trust-stores/7/sources/3/fetch/", "/trust-stores/7/"),
        ("/calendar/ahead/", "/calendar/"),
    ],
)
def test_the_address_of_a_form_is_a_page_that_leads_to_the_one_above(
    client_for: ClientFor, path: str, above: str
) -> None:
    answer = client_for("operator").get(path)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    page = answer.content.decode()
    assert "<h1>There is no page here</h1>" in page
    assert f'href="{above}"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://testserver/calendar/?x=1&y=2", "/calendar/?x=1&y=2"),
        ("http://testserver", "/"),
        ("https://elsewhere.example/calendar/", "/"),
        ("", "/"),
    ],
)
def test_a_form_that_is_sent_signed_out_leads_back_to_its_page(
    client: Client, person: Callable[..., User], came_from: str, leads_to: str
) -> None:
    moment = {"moment": "2031-01-01T12:00"}
    answer = client.post("/calendar/ahead/", moment, headers={"referer": came_from}, follow=True)
    assert "so nothing was done" in answer.content.decode()
    [(asked, _)] = answer.redirect_chain
    assert parse_qs(urlsplit(asked).query)["next"] == [leads_to]
    user = person("operator", "ada")
    user.set_password("a staple for the tests 7")
    user.save()
    signed_in = client.post(asked, {"login": "ada", "password": "a staple for the tests 7"})
    assert signed_in.headers["Location"] == leads_to


@pytest.mark.django_db
def test_a_part_of_a_page_that_is_fetched_signed_out_loads_the_whole_page(client: Client) -> None:
    answer = client.get("/schedule/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (200, "true")
    assert client.get("/schedule/").status_code == 302


@pytest.mark.parametrize("role", [None, "auditor", "operator", "custodian", "administrator"])
def test_the_menu_offers_nobody_what_they_may_not_open(
    client_for: ClientFor, role: str | None
) -> None:
    browser = client_for(role)
    page = browser.get("/").content.decode()
    menu = page.partition('aria-label="Main menu"')[2].partition("</nav>")[0]
    found = re.findall(r'href="([^"]+)"', menu)
    assert len(found) > 10
    assert {path: browser.get(path).status_code for path in found} == dict.fromkeys(found, 200)


@pytest.mark.django_db
def test_a_form_without_its_token_answers_403_in_the_design() -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x"})
    assert answer.status_code == 403
    assert "<h1>This form is out of date</h1>" in answer.content.decode()


@pytest.mark.django_db
def test_an_unknown_host_name_answers_400_in_the_design(client: Client) -> None:
    answer = client.get(reverse("account_login"), headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "PKIADMIN_HOSTS" in answer.content.decode()


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_reset_password", "account_confirm_login_code"],
)
def test_what_would_need_mail_or_sign_up_is_not_there(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.django_db
def test_signing_in_shows_its_mistake_and_then_the_overview(
    client: Client, person: Callable[..., object]
) -> None:
    person("operator", "ada")
    address = reverse("account_login")
    wrong = client.post(address, {"login": "ada", "password": "wrong"})
    assert 'role="alert"' in wrong.content.decode()
    right = client.post(address, {"login": "ada", "password": "correct horse 9"}, follow=True)
    assert right.redirect_chain[-1][0] == reverse("home")
    assert 'aria-current="page"' in right.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_change_password", "account_logout", "mfa_index", "account_reauthenticate"]
)
def test_the_pages_of_one_s_own_account_are_in_the_design(client_for: ClientFor, name: str) -> None:
    page = client_for("operator").get(reverse(name), follow=True).content.decode()
    assert 'id="main"' in page
    assert page.count("<h1>") == 1


@pytest.mark.django_db
def test_a_second_factor_is_set_up_and_its_codes_are_shown(
    client: Client, person: Callable[..., object]
) -> None:
    from allauth.mfa.totp.internal.auth import (
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    person("operator", "ada")
    client.post(reverse("account_login"), {"login": "ada", "password": "correct horse 9"})
    asked = client.get(reverse("mfa_activate_totp"), follow=True)
    assert "<h1>Confirm that it is you</h1>" in asked.content.decode()
    page = client.post(asked.request["PATH_INFO"] + "?" + asked.request["QUERY_STRING"],
                       {"password": "correct horse 9", "next": reverse("mfa_activate_totp")},
                       follow=True)  # fmt: skip
    secret = page.context["form"].secret
    assert f'data-copy="{secret}"' in page.content.decode()
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    codes = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    assert codes.status_code == 200
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_deactivate_totp",
                 "mfa_generate_recovery_codes"):  # fmt: skip
        answer = client.get(reverse(name))
        assert (answer.status_code, answer.content.decode().count("<h1>")) == (200, 1)
    client.post(reverse("account_logout"))
    asked = client.post(
        reverse("account_login"), {"login": "ada", "password": "correct horse 9"}, follow=True
    )
    assert "<h1>Second factor</h1>" in asked.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [("dark", '<html lang="en" data-bs-theme="dark">'), ("light", 'data-bs-theme="light"'),
     ('"><script>', '<html lang="en">'), ("", '<html lang="en">')],
)  # fmt: skip
def test_the_theme_of_the_cookie_stands_in_the_first_byte_that_is_sent(
    client: Client, cookie: str, attribute: str
) -> None:
    client.cookies["theme"] = cookie
    assert attribute in client.get(reverse("account_login")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "../../etc/passwd", "No/Where", "\x00", "x" * 500]
)
def test_a_zone_that_is_none_does_no_harm(client: Client, zone: str) -> None:
    client.cookies["zone"] = zone
    assert client.get(reverse("account_login")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/account/2fa/", "/nothing/"])
@pytest.mark.django_db
def test_the_navigation_marks_at_most_one_place(client_for: ClientFor, path: str) -> None:
    client = client_for("operator")
    request = client.get(path).wsgi_request
    hidden = NavItem(
        label="Hidden", icon="x", url="account_logout", permission="auth.no_such_right"
    )
    groups = [
        NavGroup(title="", items=(NavItem(label="Overview", icon="x", url="home"),)),
        NavGroup(
            title="Yours", items=(NavItem(label="Account", icon="x", url="mfa_index"), hidden)
        ),
        NavGroup(title="Nothing of theirs", items=(hidden,)),
    ]
    sections = sections_for(request, groups)
    assert [section.title for section in sections] == ["", "Yours"]
    entries = [entry for section in sections for entry in section.entries]
    assert [entry.label for entry in entries] == ["Overview", "Account"]
    marked = [entry.label for entry in entries if entry.current]
    assert marked == {"/": ["Overview"], "/account/2fa/": ["Account"]}.get(path, [])


def test_a_page_below_an_entry_marks_the_entry_that_leads_to_it_the_furthest(
    client_for: ClientFor,
) -> None:
    request = RequestFactory().get("/account/2fa/totp/activate/")
    request.user = client_for("operator").get("/").wsgi_request.user
    items = (
        NavItem(label="Overview", icon="x", url="home"),
        NavItem(label="Account", icon="x", url="mfa_index"),
    )
    (section,) = sections_for(request, [NavGroup(title="", items=items)])
    assert [entry.label for entry in section.entries if entry.current] == ["Account"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["keys", "key_new", "public_keys", "owners", "owner_new"])
def test_the_parts_of_the_key_store_stand_under_one_entry(client_for: ClientFor, name: str) -> None:
    page = client_for("operator").get(reverse(f"certificates:{name}")).content.decode()
    menu = page.partition('aria-label="Main menu"')[2].partition("</nav>")[0]
    marked = [line for line in menu.splitlines() if 'aria-current="page"' in line]
    assert len(marked) == 1
    assert f'href="{reverse("certificates:keys")}"' in marked[0]
