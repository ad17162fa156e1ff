"""The components of the pages, as templates use them."""

from __future__ import annotations

import pytest
from django import forms
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory

from ui.forms import LaidOut


def rendered(source: str, **context: object) -> str:
    template = engines["django"].from_string(
        "{% load ui crispy_forms_tags crispy_forms_filters %}" + source
    )
    request: HttpRequest = RequestFactory().get("/")
    return str(template.render(context, request))


class Naming(LaidOut, forms.Form):
    submit_label = "Name it"
    cancel_url = "/back/?a=1&b=2"

    name = forms.CharField(max_length=5, help_text="What you call it.")


class Finding(LaidOut, forms.Form):
    form_method = "get"
    submit_label = ""

    text = forms.CharField(required=False)


def test_a_digest_is_shown_in_pairs_between_which_a_line_may_end() -> None:
    page = rendered('{% copyable value "colons" label="SHA-1" %}', value="0aff10")
    assert '<code class="mono">0A:<wbr>FF:<wbr>10</code>' in page
    assert 'data-copy="0A:FF:10"' in page
    assert 'aria-label="Copy SHA-1"' in page


@pytest.mark.parametrize("value", ["xyz", "abc", '"><script>'])
def test_what_is_no_hex_is_shown_as_it_is_and_escaped(value: str) -> None:
    page = rendered('{% copyable value "colons" %}', value=value)
    assert "<wbr>" not in page
    assert "<script>" not in page


def test_nothing_to_copy_has_no_button() -> None:
    assert "<button" not in rendered("{% copyable value %}", value=None)


@pytest.mark.parametrize(
    ("done", "total", "state", "seen"),
    [
        (3, 10, "running", ['max="10" value="3"', "3 of 10", "(30%)", "data-running"]),
        (9_999, 10_000, "running", ["9,999 of 10,000", "(99%)"]),
        (12, 10, "running", ["10 of 10", "(100%)"]),
        (0, None, "queued", ["Waiting", "data-running"]),
        (7, None, "running", ["7 so far"]),
        (0, 0, "done", ['max="1" value="1"']),
    ],
)
def test_progress_says_how_far_in_words_as_well(
    done: int, total: int | None, state: str, seen: list[str]
) -> None:
    page = rendered("{% progress done total state %}", done=done, total=total, state=state)
    for words in seen:
        assert words in page


def test_progress_that_has_ended_is_not_under_way() -> None:
    assert "data-running" not in rendered('{% progress 1 2 "failed" %}')


def test_an_empty_list_says_what_to_do() -> None:
    page = rendered(
        '{% empty_state "inbox" title text %}<a href="/import/">Import</a>{% end_empty_state %}',
        title="Nothing <yet>",
        text="<b>",
    )
    assert "<h2>Nothing <yet></h2>" not in page
    assert "<b>" not in page
    assert '<a href="/import/">Import</a>' in page


def test_a_form_ends_with_its_button_and_a_way_back() -> None:
    page = rendered("{% crispy form %}", form=Naming())
    assert "data-submit-once" in page
    assert '<button type="submit" class="btn btn-primary">Name it</button>' in page
    assert 'href="/back/?a=1&amp;b=2">Cancel</a>' in page
    assert 'role="alert"' not in page


def test_a_mistake_stands_beside_its_field_and_above_the_form() -> None:
    page = rendered("{% crispy form %}", form=Naming({"name": "too long"}))
    assert '<a href="#id_name">Name</a>' in page
    assert 'aria-invalid="true"' in page
    assert page.count("at most 5 characters") == 2


def test_a_form_that_only_asks_may_be_sent_as_often_as_one_likes() -> None:
    page = rendered("{% crispy form %}", form=Finding())
    assert "data-submit-once" not in page
    assert "csrfmiddlewaretoken" not in page
    assert "<button" not in page
