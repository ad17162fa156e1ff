"""Ids of rows as requests name them: text of anybody's choosing."""

from __future__ import annotations

# No id is longer in decimal (2**63 - 1), and `int` refuses text of more than 4,300 digits.
_LONGEST = 19
_LARGEST = 2**63 - 1


def row_id(text: str) -> int | None:
    """The id that the text is; None for what is none, or none that a table could hold."""
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST:
        return None
    number = int(text)
    return number if number <= _LARGEST else None
