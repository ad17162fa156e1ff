"""The components of the pages, as templates use them."""

from __future__ import annotations

import pytest
from django import forms
from django.http import HttpRequest
from django.template import TemplateSyntaxError, engines
from django.templatetags.static import static
from django.test import RequestFactory
from django.utils.safestring import SafeString

from ui.forms import LaidOut


def called_safe(text: str) -> SafeString:
    """Text of somebody else that something on its way called safe."""
    return SafeString(text)


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


class Thing:
    """Something with a page of its own, as the rows of a list have one."""

    pk = '7"'

    def get_absolute_url(self) -> str:
        return '/things/?a=1&b="2"'

    def __str__(self) -> str:
        return "<b>thing"


def test_a_link_shows_the_name_that_it_leads_to_and_cannot_be_broken_out_of() -> None:
    opened = '<a href="/things/?a=1&amp;b=&quot;2&quot;"><bdi class="name">'
    assert rendered("{% link thing %}", thing=Thing()) == f"{opened}&lt;b&gt;thing</bdi></a>"
    assert rendered('{% link thing "x" %}', thing=Thing()) == f"{opened}x</bdi></a>"
    page = rendered("{% link thing name %}", thing=Thing(), name=called_safe("<i>xn--mnchen-3ya"))
    assert "&lt;i&gt;" in page
    assert "münchen" in page


def test_several_names_and_labels_are_escaped_one_by_one() -> None:
    told = called_safe("<b>")
    assert rendered("{% names all %}", all=["a", told]).count("&lt;b&gt;</bdi>") == 1
    assert rendered("{% tags all %}", all=["a&b", told]) == (
        ' <span class="tag">a&amp;b</span> <span class="tag">&lt;b&gt;</span>'
    )
    assert rendered("{% names all %}{% tags all %}", all=[]) == ""


def test_the_box_of_a_row_is_named_after_it() -> None:
    page = rendered("{% selection thing %}", thing=Thing())
    assert 'value="7&quot;"' in page
    assert 'aria-label="Select &lt;b&gt;thing"' in page
    assert 'aria-label="Select other"' in rendered('{% selection thing "other" %}', thing=Thing())


@pytest.mark.parametrize("source", ["{% link %}", '{% state "a" "b" "c" %}'])
def test_a_component_that_is_asked_wrongly_is_found_when_the_template_is_read(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        rendered(source)


def test_a_component_follows_its_value_and_not_the_first_that_it_had() -> None:
    template = engines["django"].from_string("{% load ui %}{% state word %}{% state 'trusted' %}")
    first, second = (str(template.render({"word": word})) for word in ("expired", "valid"))
    assert ("Expired" in first, "Valid" in first) == (True, False)
    assert ("Expired" in second, "Valid" in second) == (False, True)
    filtered = engines["django"].from_string("{% load ui %}{% state 'val'|add:end %}")
    assert "Valid" in str(filtered.render({"end": "id"}))
    assert first.count("Trusted") == second.count("Trusted") == 1


def test_a_static_file_is_found_where_it_is_kept() -> None:
    assert rendered('{% asset "css/base.css" %}') == static("css/base.css")


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
