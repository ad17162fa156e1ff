"""URLs taken apart, strictly: what two readers could read differently is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from pki.address_guard import read_host
from pki.errors import AddressRefused, FetchRefused
from pki.fetch.limits import DEFAULT_LIMITS, FetchLimits

_URL_CHARACTERS = re.compile(r"[!#-\[\]_a-z~]+\Z")
_SHOWN_URL = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A URL taken apart; `request` is the path and query to ask for.

    `shown` is what messages and logs may hold: without the query, which may be a secret.
    """

    shown: str
    secure: bool
    host: str
    port: int
    request: str

    @property
    def url(self) -> str:
        """The URL in one spelling, without its fragment."""
        return f"{'https' if self.secure else 'http'}://{self.host_header}{self.request}"

    @property
    def host_header(self) -> str:
        """The Host field (RFC 9110, 7.2): with brackets and, where not the default, the port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def read_url(url: str, *, limits: FetchLimits = DEFAULT_LIMITS) -> Target:
    """Take a URL apart, strictly: what two readers could read differently is refused.

    Raises `FetchRefused` with `why`: `bad_url`, `url_too_long`, `scheme` (anything but http and
    https: LDAP, file, ftp), `userinfo`, `bad_port`, `bad_host`, `ambiguous_address`.
    """
    if len(url) > limits.url_characters:
        raise FetchRefused(why="url_too_long", url="", address="", maximum=limits.url_characters)
    try:
        # Before the parser, which silently drops tabs and line feeds and forgives the rest.
        parts = urlsplit(url) if _URL_CHARACTERS.match(url) else None
    except ValueError:
        parts = None
    if parts is None:
        raise FetchRefused(why="bad_url", url="", address="")
    if parts.scheme not in ("http", "https"):
        raise FetchRefused(why="scheme", url="", address="", scheme=parts.scheme[:20])
    shown = _shown(parts)
    if "@" in parts.netloc:
        raise FetchRefused(why="userinfo", url=shown, address="")
    secure = parts.scheme == "https"
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0 or parts.netloc.endswith(":"):
        raise FetchRefused(why="bad_port", url=shown, address="")
    try:
        host = str(read_host(parts.netloc.rsplit(":", 1)[0] if port else parts.netloc))
    except AddressRefused as error:
        raise FetchRefused(why=str(error.data["why"]), url=shown, address="") from error
    port = port or (443 if secure else 80)
    request = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(shown=shown, secure=secure, host=host, port=port, request=request)


def _shown(parts: SplitResult) -> str:
    netloc = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{netloc}{parts.path}"[:_SHOWN_URL]


def redirected(target: Target, location: str, limits: FetchLimits) -> Target:
    """Where a redirect leads, judged as the first URL was; never from https to http.

    Raises `FetchRefused` with what `read_url` refuses, `bad_redirect` or `redirect_to_http`.
    """
    if not _URL_CHARACTERS.match(location):
        raise FetchRefused(why="bad_redirect", url=target.shown, address="")
    try:
        joined = urljoin(target.url, location)
    except ValueError as error:
        raise FetchRefused(why="bad_redirect", url=target.shown, address="") from error
    following = read_url(joined, limits=limits)
    if target.secure and not following.secure:
        raise FetchRefused(why="redirect_to_http", url=following.shown, address="")
    return following
