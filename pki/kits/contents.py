"""What an archive will hold, told before there is one: names and what each file is, no bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pki.kits.meeting import Protocol, Shown, Side
from pki.kits.names import (
    CHECKSUMS,
    README,
    SNIPPETS,
    accepted_file,
    certificate_file,
    key_file,
)
from pki.kits.snippets import snippets_for


class Kind(StrEnum):
    """What a file is."""

    README = "readme"
    CERTIFICATE = "certificate"
    KEY = "key"
    ACCEPTED = "accepted"
    SNIPPET = "snippet"
    CHECKSUMS = "checksums"


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A file to be; `program` names whom a snippet is for, `holds_key` as in `KitFile`."""

    name: str
    kind: Kind
    program: str = ""
    holds_key: bool = False


def contents_of(
    side: Side, *, protocol: Protocol, other: Shown, key_here: bool
) -> tuple[Content, ...]:
    """The files of one side, in the order of its archive."""
    key = (Content(name=key_file(side), kind=Kind.KEY, holds_key=True),) if key_here else ()
    return (
        Content(name=README, kind=Kind.README),
        Content(name=certificate_file(side), kind=Kind.CERTIFICATE),
        *key,
        Content(name=accepted_file(side.other, other), kind=Kind.ACCEPTED),
        *(
            Content(
                name=f"{SNIPPETS}/{one.file_name}",
                kind=Kind.SNIPPET,
                program=one.program,
                holds_key=one.holds_key and key_here,
            )
            for one in snippets_for(side, protocol)
        ),
        Content(name=CHECKSUMS, kind=Kind.CHECKSUMS),
    )
