"""The components of the pages: each is one tag, one template and one CSS block of the same name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import (  # type: ignore[import-untyped]  # ships no types
    as_crispy_field,
)
from django import template
from django.forms import BoundField
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from ui import moments
from ui.listing import Column, ListPage
from ui.names import shown_name
from ui.states import state_of

register = template.Library()

_MOST_FILTERS = 256
_FILTERS: dict[tuple[object, ...], SafeString] = {}
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, classes: str = "") -> str:
    """A lucide drawing; it says nothing to a screen reader, the word beside it does."""
    css = f"icon {classes}".strip()
    return lucide(
        str.__str__(name), size=16, **{"class": css, "aria-hidden": "true", "focusable": "false"}
    )


@register.simple_tag
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


@register.simple_tag
def moment(value: datetime | None, style: str = "relative") -> SafeString:
    """A moment: "in 3 weeks" with the exact time as title, `both` side by side, or `exact` alone."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "—")
    told = moments.relative(value, timezone.now())
    machine = moments.machine(value)
    if style == "exact":
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', machine, told, moments.exact(value)
        )
    if style == "both":
        return format_html(
            '<time class="moment" datetime="{}" title="{}"><span>{}</span> '
            '<span class="moment-exact">{}</span></time>',
            machine,
            moments.exact(value, seconds=True),
            told,
            moments.exact(value),
        )
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        machine,
        moments.exact(value, seconds=True),
        told,
    )


@register.inclusion_tag("ui/copyable.html")
def copyable(value: object, style: str = "", label: str = "") -> dict[str, object]:
    """A value to copy: monospace, wrapping anywhere; `colons` shows hex in pairs."""
    text = "" if value is None else str(value)
    if style == "colons" and _HEX.fullmatch(text):
        pairs = re.findall("..", text.upper())
        return {"text": ":".join(pairs), "pieces": pairs, "label": label}
    return {"text": text, "pieces": [text], "label": label}


@register.simple_tag
def name(text: object) -> SafeString:
    """A name that somebody else chose, shown so that it cannot deceive."""
    # A str of its own: one that is marked as safe must be escaped like any other.
    plain = "" if text is None else str.__str__(str(text))
    shown = shown_name(plain)
    if shown.is_plain:
        return format_html('<bdi class="name">{}</bdi>', shown.parts[0].text)
    return SafeString(get_template("ui/name.html").render({"name": shown}))


@register.simple_tag
def filter_fields(page: ListPage[Any]) -> SafeString:
    """The fields above a list. What they look like depends on their choices and values alone, so
    the fields that the last pages had are found again."""
    if page.filters is None:
        return SafeString()
    key = tuple(_seen_of(bound) for bound in page.filters)
    found = _FILTERS.get(key)
    if found is None:
        found = SafeString("".join(as_crispy_field(bound) for bound in page.filters))
        if len(_FILTERS) >= _MOST_FILTERS:
            _FILTERS.clear()
        _FILTERS[key] = found
    return found


def _seen_of(bound: BoundField) -> tuple[object, ...]:
    """Everything of a field that shows. Choices out of the database are asked for once."""
    widget = bound.field.widget
    # Of an iterator, because a list would first be asked for its length: another query.
    choices = list(iter(getattr(widget, "choices", ())))
    if choices:
        widget.choices = choices
    return (
        bound.html_name,
        str(bound.label),
        type(widget),
        repr(bound.value()),
        tuple((str(value), str(shown)) for value, shown in choices),
        tuple(bound.errors),
        str(bound.help_text),
        repr(sorted(widget.attrs.items())),
    )


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


@register.inclusion_tag("ui/page_links.html")
def page_links(page: ListPage[Any]) -> dict[str, Any]:
    """First, previous, next, last, and how many there are."""
    return {"page": page}


@register.inclusion_tag("ui/sort_header.html")
def sort_header(page: ListPage[Any], column: Column | str) -> dict[str, Any]:
    """The head of a column, as a link that sorts by it where it can be sorted by."""
    if isinstance(column, str):
        column = next(one for one in page.columns if one.name == column)
    sorted_by = page.sorting.column == column
    return {
        "column": column,
        "url": page.sort_url(column) if column.sort else "",
        "direction": ("descending" if page.sorting.descending else "ascending")
        if sorted_by
        else "",
    }
