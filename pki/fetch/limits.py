"""What one fetch may cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pki.address_guard import WEB_PORTS
from pki.limits import MEBIBYTE


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchLimits:
    """Bounds on one fetch, redirects included; sizes in bytes, `seconds` of the wall clock.

    `ports` are open at public addresses without a rule.
    """

    body_bytes: int = 64 * MEBIBYTE
    header_bytes: int = 32 * 1024
    headers: int = 100
    seconds: float = 60.0
    connect_seconds: float = 10.0
    redirects: int = 5
    url_characters: int = 2048
    ports: Collection[int] = WEB_PORTS


DEFAULT_LIMITS = FetchLimits()
