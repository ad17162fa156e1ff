"""The components of the pages: each is one tag and one CSS block of the same name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import (  # type: ignore[import-untyped]  # ships no types
    as_crispy_field,
)
from django import template
from django.db.models import Model
from django.forms import BaseForm, BoundField
from django.forms.widgets import ChoiceWidget
from django.template.base import Parser, TextNode, Token
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from ui import moments
from ui.components import component_of
from ui.listing import Column, ListPage
from ui.names import is_plain, shown_name
from ui.navigation import NavSection
from ui.states import state_of

register = template.Library()
component = component_of(register)

_MOST_FIELDS = 256
_FIELDS: dict[tuple[object, ...], SafeString] = {}
_NO_MOMENT = SafeString('<span class="muted">—</span>')
_ARROWS = {
    "ascending": ("arrow-up",),
    "descending": ("arrow-down",),
    "": ("arrow-up-down", "icon-faint"),
}
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


@component
@lru_cache(maxsize=512)
def icon(name: str, classes: str = "") -> str:
    """A lucide drawing; it says nothing to a screen reader, the word beside it does."""
    css = f"icon {classes}".strip()
    return lucide(
        str.__str__(name), size=16, **{"class": css, "aria-hidden": "true", "focusable": "false"}
    )


@component
def state(word: str, label: str = "") -> SafeString:
    """A state as word, shape and colour; `label` replaces the word of the table."""
    return _state(str(word), label) if label else _state_of_word(str(word))


def _state(word: str, label: str) -> SafeString:
    shown = state_of(word)
    return format_html(
        '<span class="state state-{}" data-state="{}">{}<span>{}</span></span>',
        shown.tone,
        word,
        icon(shown.icon),
        label or shown.label,
    )


@lru_cache(maxsize=512)
def _state_of_word(word: str) -> SafeString:
    return _state(word, "")


@component
def moment(value: datetime | None, style: str = "relative") -> SafeString:
    """A moment: "in 3 weeks" with the exact time as title, `both` side by side, or `exact` alone."""
    if value is None:
        return _NO_MOMENT
    told = moments.relative(value, timezone.now())
    machine = moments.machine(value)
    clock, zone = moments.clock_and_zone(value)
    # Digits and words of our own and the zone's name: nothing here has to be escaped.
    if style == "exact":
        exact = moments.to_the_minute(clock)
        return SafeString(f'<time datetime="{machine}" title="{told}">{exact} {zone}</time>')
    if style == "both":
        exact = moments.to_the_minute(clock)
        return SafeString(
            f'<time class="moment" datetime="{machine}" title="{clock} {zone}"><span>{told}</span> '
            f'<span class="moment-exact">{exact} {zone}</span></time>'
        )
    return SafeString(f'<time datetime="{machine}" title="{clock} {zone}">{told}</time>')


@register.simple_tag
def copyable(value: object, style: str = "", label: str = "") -> SafeString:
    """A value to copy: monospace, wrapping anywhere; `colons` shows hex in pairs, after which a line
    may end, and `label` says to whom does not see it what the button copies."""
    text = "" if value is None else str(value)
    pieces = [text]
    if style == "colons" and _HEX.fullmatch(text):
        pieces = re.findall("..", text.upper())
        text = ":".join(pieces)
    shown = SafeString(":<wbr>".join(map(escape, pieces)))
    if not text:
        return format_html('<span class="copyable"><code class="mono">{}</code></span>', shown)
    return format_html(
        '<span class="copyable"><code class="mono">{}</code><button type="button" '
        'class="copyable-button" data-copy="{}" aria-label="Copy{}" title="Copy">{}{}</button></span>',
        shown,
        text,
        f" {label}" if label else "",
        icon("copy"),
        icon("check", "icon-done"),
    )


@component
def name(text: object) -> SafeString:
    """A name that somebody else chose, shown so that it cannot deceive."""
    # A str of its own: one that is marked as safe must be escaped like any other.
    plain = "" if text is None else str.__str__(str(text))
    if is_plain(plain):
        return SafeString(f'<bdi class="name">{escape(plain)}</bdi>')
    shown = shown_name(plain)
    if shown.is_plain:
        return format_html('<bdi class="name">{}</bdi>', shown.parts[0].text)
    return SafeString(get_template("ui/name.html").render({"name": shown}))


@component
def names(texts: Iterable[str]) -> SafeString:
    """Several names, one behind the other."""
    return SafeString(", ".join(map(name, texts)))


@component
def link(target: Any, text: object = None) -> SafeString:
    """The way to an object's page, under its name or under another one."""
    shown = name(target if text is None else text)
    return SafeString(f'<a href="{escape(target.get_absolute_url())}">{shown}</a>')


@component
def tags(words: Iterable[str]) -> SafeString:
    """Labels and other words, each in a box of its own."""
    return SafeString("".join(f' <span class="tag">{escape(word)}</span>' for word in words))


@component
@lru_cache(maxsize=256)
def navigation_list(navigation: tuple[NavSection, ...], label: str) -> SafeString:
    """The entries of the menu: one text for everybody who may open the same and is in one place."""
    page = get_template("ui/navigation.html").render({"navigation": navigation, "label": label})
    return SafeString(page)


@register.tag
def asset(parser: Parser, token: Token) -> TextNode:
    """The address of a static file. It stays what it is for as long as the console runs, so it is
    asked for once, when the template is read: `{% asset "css/base.css" %}`."""
    _, quoted = token.split_contents()
    return TextNode(static(quoted.strip('"')))


@component
def selection(row: Model, text: object = None) -> SafeString:
    """The box that selects a row for what can be done with many."""
    label = escape(str(row if text is None else text))
    return SafeString(
        '<input type="checkbox" class="form-check-input" name="selected" '
        f'value="{escape(str(row.pk))}" data-select aria-label="Select {label}">'
    )


@component
def select_all() -> SafeString:
    """The cell above the boxes of `selection`: it selects the whole page."""
    return SafeString(
        '<td class="check"><input type="checkbox" class="form-check-input" data-select-all '
        'aria-label="Select all on this page"></td>'
    )


@component
def filter_fields(page: ListPage[Any]) -> SafeString:
    """The fields above a list."""
    return form_fields(page.filters) if page.filters is not None else SafeString()


@component
def form_fields(form: BaseForm) -> SafeString:
    """The fields of a form that is not sent back: what they look like depends on the form's class,
    their choices and their values alone, so fields that were shown before are found again."""
    key = (type(form), *map(_seen_of, form))
    found = _FIELDS.get(key)
    if found is None:
        found = SafeString("".join(as_crispy_field(bound) for bound in form))
        if len(_FIELDS) >= _MOST_FIELDS:
            _FIELDS.clear()
        _FIELDS[key] = found
    return found


def _seen_of(bound: BoundField) -> tuple[object, ...]:
    """What of a field changes between two forms of a class. Choices out of the database are asked
    for once."""
    widget = bound.field.widget
    choices: tuple[tuple[str, str], ...] = ()
    if isinstance(widget, ChoiceWidget):
        # Of an iterator, because a list would first be asked for its length: another query.
        widget.choices = list(iter(widget.choices))
        choices = tuple((str(value), str(shown)) for value, shown in widget.choices)
    return repr(bound.value()), choices, tuple(bound.errors)


@register.filter
def of(found: Mapping[Any, Any], key: object) -> Any:
    """What a mapping holds for a key, or nothing: `uses|of:certificate.pk`."""
    return found.get(key) if found else None


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int | None, state: str = "running") -> dict[str, Any]:
    """How far a job is: of `total`, or on its way when nobody knows of how much."""
    bounded = min(max(done, 0), total) if total else 0
    return {
        "done": bounded if total else done,
        "total": total,
        "percent": 100 * bounded // total if total else None,
        "state": state,
        "tone": state_of(state).tone,
        "ended": state not in {"queued", "running"},
    }


@register.simple_block_tag(end_name="end_empty_state")
def empty_state(content: str, icon_name: str, title: str, text: str = "") -> SafeString:
    """What to do where nothing is yet: the block holds the buttons that do it."""
    return format_html(
        '<div class="empty-state">{}<h2>{}</h2><p>{}</p><div class="empty-state-actions">{}</div></div>',
        icon(icon_name, "icon-large"),
        title,
        text,
        content,
    )


@component
def nothing_fits(page: ListPage[Any], title: str, text: str) -> SafeString:
    """What stands in place of a list whose filters leave nothing, with the way back to all of it."""
    clear = format_html(
        '<a class="btn btn-secondary" href="{}">Clear the filters</a>', page.clear_url
    )
    return empty_state(clear, "search-x", title, text)


@register.inclusion_tag("ui/page_links.html")
def page_links(page: ListPage[Any]) -> dict[str, Any]:
    """First, previous, next, last, and how many there are."""
    return {"page": page}


@component
def offered(page: ListPage[Any], filter_name: str) -> SafeString:
    """What a filter offers, as the options of an input that takes its words."""
    if page.filters is None:
        return SafeString()
    words = [str(value) for value, _ in page.filters.fields[filter_name].widget.choices]
    return SafeString(
        "".join(f'<option value="{escape(word)}"></option>' for word in words if word)
    )


@component
def sort_header(page: ListPage[Any], column: Column | str) -> SafeString:
    """The head of a column, as a link that sorts by it where it can be sorted by."""
    if isinstance(column, str):
        column = next(one for one in page.columns if one.name == column)
    css = format_html(' class="{}"', column.kind) if column.kind else ""
    if not column.sort:
        words = column.label or format_html('<span class="visually-hidden">{}</span>', column.name)
        return format_html('<th scope="col"{}>{}</th>', css, words)
    direction = ""
    if page.sorting.column == column:
        direction = "descending" if page.sorting.descending else "ascending"
    return format_html(
        '<th scope="col"{css}{sorted}><a class="sort-header" href="{url}" hx-get="{url}" '
        'hx-target="#list" hx-swap="outerHTML" hx-push-url="true">{label}{arrow}</a></th>',
        css=css,
        sorted=format_html(' aria-sort="{}"', direction) if direction else "",
        url=page.sort_url(column),
        label=column.label,
        arrow=icon(*_ARROWS[direction]),
    )
