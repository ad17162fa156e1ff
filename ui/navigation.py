"""The main navigation; its entries stand in `pkiadmin.tables`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, kw_only=True, slots=True)
class NavItem:
    """A page of its own; `icon` is a lucide name; `permission` empty means everybody signed in."""

    label: str
    icon: str
    url: str
    permission: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NavEntry:
    """An item as this request shows it: with its address, and marked where the reader is."""

    label: str
    icon: str
    href: str
    current: bool


def entries_for(request: HttpRequest, items: Iterable[NavItem]) -> list[NavEntry]:
    """The entries that the user may open; at most one of them is the current one."""
    addressed = [
        (item, reverse(item.url))
        for item in items
        if not item.permission or request.user.has_perm(item.permission)
    ]
    current = _current(request, addressed)
    return [
        NavEntry(label=item.label, icon=item.icon, href=href, current=item is current)
        for item, href in addressed
    ]


def _current(request: HttpRequest, addressed: list[tuple[NavItem, str]]) -> NavItem | None:
    """The entry of this very page, or else the one whose address leads to it the furthest."""
    match = request.resolver_match
    if match is not None:
        for item, _ in addressed:
            if item.url == match.view_name:
                return item
    around = [
        (len(href), item)
        for item, href in addressed
        if href != "/" and request.path.startswith(href)
    ]
    return max(around, key=lambda pair: pair[0])[1] if around else None
