"""An entry of the main navigation; the entries themselves stand in `pkiadmin.tables`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class NavItem:
    """A page of its own; `icon` is a lucide name; `permission` empty means everybody signed in."""

    label: str
    icon: str
    url: str
    permission: str = ""
