"""What forms and commands ask the services for, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST_LABEL = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that somebody brings in, or pasted text (without a name)."""

    name: str
    content: bytes = field(repr=False)


def label_names(text: str) -> list[str]:
    """The labels in a text: separated by commas, white space inside them counts once."""
    named = (" ".join(part.split()) for part in re.split(r"[,;\n]", text))
    return list(dict.fromkeys(name for name in named if name))
