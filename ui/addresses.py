"""Addresses that pages write over and over: of rows, and of what the menu leads to."""

from __future__ import annotations

from functools import lru_cache

from django.urls import get_script_prefix, reverse

_SOME_NUMBER = 7_777_777_777_777


def address_of(view: str, number: int) -> str:
    """What `reverse` gives for a view that takes one number, asked once for each view."""
    before, after = _around(view, get_script_prefix())
    return f"{before}{number}{after}"


def fixed_address(view: str) -> str:
    """What `reverse` gives for a view that takes nothing, asked once for each view."""
    return _fixed(view, get_script_prefix())


@lru_cache(maxsize=256)
def _fixed(view: str, script_prefix: str) -> str:
    return reverse(view)


@lru_cache(maxsize=256)
def _around(view: str, script_prefix: str) -> tuple[str, str]:
    before, _, after = reverse(view, args=[_SOME_NUMBER]).rpartition(str(_SOME_NUMBER))
    return before, after
