"""The files of a kit: two sets, one for each side, as bytes in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from pki.formats.write import write_pem
from pki.kits.meeting import KitRefused, Meeting, Own, Shown, Side
from pki.kits.names import (
    CHECKSUMS,
    README,
    SNIPPETS,
    accepted_file,
    certificate_file,
    key_file,
)
from pki.kits.readme import Letter, readme
from pki.kits.snippets import Setting, snippets_for


@dataclass(frozen=True, kw_only=True, slots=True)
class KitFile:
    """One file; `holds_key`: the private key of its own side stands in it."""

    name: str
    content: bytes = field(repr=False)
    holds_key: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SideFiles:
    """Everything that one side gets, in the order of the archive."""

    side: Side
    files: tuple[KitFile, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kit:
    """Both sides of a kit."""

    meeting: Meeting
    server: SideFiles
    client: SideFiles

    def of(self, side: Side) -> SideFiles:
        """The files of one side."""
        return self.server if side is Side.SERVER else self.client


def make_kit(*, meeting: Meeting, server: Own, client: Own) -> Kit:
    """The files of both sides.

    Raises `KitRefused` where both sides would have one key: then either could pass for the other.
    """
    if server.shown.leaf.spki_sha256 == client.shown.leaf.spki_sha256:
        raise KitRefused(why="one_key", value=server.shown.leaf.spki_sha256)
    return Kit(
        meeting=meeting,
        server=side_files(Side.SERVER, meeting=meeting, own=server, other=client.shown),
        client=side_files(Side.CLIENT, meeting=meeting, own=client, other=server.shown),
    )


def side_files(side: Side, *, meeting: Meeting, own: Own, other: Shown) -> SideFiles:
    """What one side gets; of the other it is given certificates and cannot have more."""
    certificate = write_pem(own.shown.sent)
    accepted = write_pem(other.accepted)
    files = [KitFile(name=certificate_file(side), content=certificate)]
    if own.key_pem is not None:
        files.append(KitFile(name=key_file(side), content=own.key_pem, holds_key=True))
    files.append(KitFile(name=accepted_file(side.other, other), content=accepted))
    snippets = snippets_for(side, meeting.protocol)
    key_here = own.key_pem is not None
    letter = Letter(
        side=side,
        meeting=meeting,
        own=own.shown,
        other=other,
        key_here=key_here,
        encrypted=own.encrypted,
        snippets=snippets,
    )
    setting = Setting(
        side=side,
        meeting=meeting,
        own=own.shown,
        other=other,
        encrypted=own.encrypted and key_here,
        certificate=certificate.decode("ascii"),
        accepted=accepted.decode("ascii"),
        key=(own.key_pem or b"").decode("ascii"),
    )
    files.insert(0, KitFile(name=README, content=readme(letter).encode()))
    files += [
        KitFile(
            name=f"{SNIPPETS}/{one.file_name}",
            content=one.write(setting).encode(),
            holds_key=one.holds_key and key_here,
        )
        for one in snippets
    ]
    files.append(KitFile(name=CHECKSUMS, content=_checksums(files)))
    return SideFiles(side=side, files=tuple(files))


def _checksums(files: list[KitFile]) -> bytes:
    """As `sha256sum` writes them, and reads them back with `-c`."""
    return "".join(
        f"{hashlib.sha256(one.content).hexdigest()}  {one.name}\n" for one in files
    ).encode()
