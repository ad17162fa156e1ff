"""The main navigation; its entries stand in `pkiadmin.tables`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from ui.addresses import fixed_address


@dataclass(frozen=True, kw_only=True, slots=True)
class NavItem:
    """A page of its own; `icon` is a lucide name; `permission` empty means everybody signed in.

    `around` names pages beside it that its tabs lead to: it is the current entry there as well.
    """

    label: str
    icon: str
    url: str
    permission: str = ""
    around: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NavGroup:
    """Pages that belong together, under a title; the first group needs none."""

    title: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NavEntry:
    """An item as this request shows it: with its address, and marked where the reader is."""

    label: str
    icon: str
    href: str
    current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class NavSection:
    """A group as this request shows it, with at least one entry."""

    title: str
    entries: tuple[NavEntry, ...]


def sections_for(request: HttpRequest, groups: Iterable[NavGroup]) -> tuple[NavSection, ...]:
    """What the user may open, group by group; at most one entry is the current one."""
    addressed = [
        (
            group,
            [(item, fixed_address(item.url)) for item in group.items if _may_open(request, item)],
        )
        for group in groups
    ]
    current = _current(request, [pair for _, pairs in addressed for pair in pairs])
    return tuple(
        NavSection(
            title=group.title,
            entries=tuple(
                NavEntry(label=item.label, icon=item.icon, href=href, current=item is current)
                for item, href in pairs
            ),
        )
        for group, pairs in addressed
        if pairs
    )


def _may_open(request: HttpRequest, item: NavItem) -> bool:
    return not item.permission or request.user.has_perm(item.permission)


def _current(request: HttpRequest, addressed: list[tuple[NavItem, str]]) -> NavItem | None:
    """The entry of this very page, or else the one whose address leads to it the furthest."""
    match = request.resolver_match
    if match is not None:
        for item, _ in addressed:
            if item.url == match.view_name:
                return item
    around = [
        (len(led), item)
        for item, href in addressed
        for led in (href, *map(fixed_address, item.around))
        if led != "/" and request.path.startswith(led)
    ]
    return max(around, key=lambda pair: pair[0])[1] if around else None
