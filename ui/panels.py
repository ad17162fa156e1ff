"""Panels that an app adds to the page of an object of an app below it.

Imports run one way, so the page of a certificate cannot know trust stores; the table
`settings.PANELS` says which functions add a panel to which page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A titled part of a page: its template is included with `context` as `panel.context`."""

    title: str
    template: str
    anchor: str
    context: dict[str, Any] = field(default_factory=dict)


def panels_for(page: str, request: HttpRequest, shown: object) -> list[Panel]:
    """The panels of an object's page, in the order of the table."""
    makers: list[Callable[[HttpRequest, object], Panel | None]] = [
        import_string(path) for path in settings.PANELS.get(page, ())
    ]
    made = (maker(request, shown) for maker in makers)
    return [panel for panel in made if panel is not None]
