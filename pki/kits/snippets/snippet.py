"""What every snippet is written from, and how it quotes what somebody else chose."""

from __future__ import annotations

from dataclasses import dataclass, field

from pki.kits.meeting import Meeting, Shown, Side
from pki.kits.names import accepted_file, certificate_file, key_file


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One side of a kit as its programs are told of it.

    `certificate`, `key` and `accepted` are the PEM texts of the side's files; `key` is empty where
    it is not in the archive.
    """

    side: Side
    meeting: Meeting
    own: Shown
    other: Shown
    encrypted: bool
    certificate: str
    accepted: str
    key: str = field(default="", repr=False)

    @property
    def certificate_file(self) -> str:
        """The name of the side's own certificate file."""
        return certificate_file(self.side)

    @property
    def key_file(self) -> str:
        """The name of the side's own key file."""
        return key_file(self.side)

    @property
    def accepted_file(self) -> str:
        """The name of the file of what the side accepts."""
        return accepted_file(self.side.other, self.other)


def colons(digest: str) -> str:
    """A digest in lower-case hex pairs."""
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def quoted(text: str) -> str:
    """In double quotes, for nginx and for configuration files of curl: both escape by backslash."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def who_else(setting: Setting) -> str:
    """A comment for servers that accept authorities: these vouch for more than one client."""
    if setting.other.stands_alone:
        return ""
    return "# Every certificate of these authorities gets through: compare its common name (CN).\n"
