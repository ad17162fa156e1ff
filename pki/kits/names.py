"""What the files of a kit are called: ASCII, fixed, the same on both sides."""

from __future__ import annotations

from pki.kits.meeting import Shown, Side

README = "README.txt"
CHECKSUMS = "SHA256SUMS"
SNIPPETS = "config"


def certificate_file(side: Side) -> str:
    """The certificate of a side, with its issuers but the root behind it."""
    return f"{side}_cert.pem"


def key_file(side: Side) -> str:
    """The private key of a side."""
    return f"{side}_key.pem"


def accepted_file(of: Side, shown: Shown) -> str:
    """What has to be accepted of a side: its own certificate, or its authorities."""
    return certificate_file(of) if shown.stands_alone else f"{of}_ca.pem"
