"""What the contents of several extensions have in common."""

from __future__ import annotations

from pki.der import DerError


def nothing_after(at: int, end: int) -> None:
    """Refuse what stands behind the last element."""
    if at != end:
        raise DerError("trailing data")


def serial_hex(content: bytes) -> str:
    """A serial number from the content of its INTEGER: hex without leading zeros, `-` if negative."""
    if content and content[0] & 0x80:
        return f"-{-int.from_bytes(content, 'big', signed=True):x}"
    return content.hex().lstrip("0") or "0"
