"""Where the key-encryption key comes from: a file (the default), a variable or a command."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class KekSource:
    """The three places; a command goes before a variable, a variable before the file.

    The variable's value is a secret and is left out of `repr`.
    """

    file: Path
    variable: str = field(default="", repr=False)
    command: str = ""
