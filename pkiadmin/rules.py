"""What the table of rules is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """Rules by which something is found out that is then stored.

    `version` is the dotted path of a function that names them, equal where the same inputs give the
    same result; `renew` of one that asks for what was stored to be made anew.
    """

    version: str
    renew: str
