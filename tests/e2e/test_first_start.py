"""The first minutes: the password that is good once, and the page that says what to do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.acts import PATIENT
from tests.e2e.conftest import FirstSignIn
from tests.e2e.console import Console

pytestmark = [pytest.mark.browser, pytest.mark.timeout(PATIENT)]


def test_the_one_time_password_leads_to_a_password_of_ones_own(first_sign_in: FirstSignIn) -> None:
    assert first_sign_in.led_to.endswith("/account/password/")


def test_no_other_page_opens_before_the_password_is_changed(first_sign_in: FirstSignIn) -> None:
    assert first_sign_in.still_led_to.endswith("/account/password/")


def test_the_first_page_has_a_button_for_each_step(first_sign_in: FirstSignIn) -> None:
    assert first_sign_in.steps == [
        "Import certificates",
        "Create a trust store",
        "Describe a service",
        "See the reports",
    ]


def test_the_one_time_password_is_good_once(
    console: Console, browser: Browser, first_sign_in: FirstSignIn
) -> None:
    context = browser.new_context(base_url=console.url)
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", console.one_time_password)
    page.click("button[type=submit]:visible")
    expect(page.get_by_text("not correct")).to_be_visible()
    expect(page).to_have_url(re.compile("/account/login/"))
    context.close()
