"""What is odd about an object: a code, a severity and a place. Words are found at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters to somebody who relies on the object."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One answer about an object.

    `code` is stable and dotted (`san.missing`); `place` is the field or extension it concerns, or
    empty; `data` are the values that its sentence names, as sorted pairs.
    """

    code: str
    severity: Severity
    place: str = ""
    data: tuple[tuple[str, str | int], ...] = ()

    def to_json(self) -> dict[str, object]:
        """A JSON-able form that `from_json` reads back."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "place": self.place,
            "data": dict(self.data),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Finding:
        """The finding that `to_json` stored."""
        data = stored.get("data")
        pairs = data.items() if isinstance(data, dict) else ()
        return cls(
            code=str(stored["code"]),
            severity=Severity(str(stored["severity"])),
            place=str(stored.get("place", "")),
            data=tuple(sorted(pairs)),
        )
