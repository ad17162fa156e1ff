"""The last look at an archive: a private key that does not belong there keeps all of it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pki.formats.export_key import export_openssh, export_pkcs8, export_pkcs8_unencrypted
from pki.key_generation import KeySpec, generate
from pki.kits.archive import pack
from pki.kits.files import KitFile, SideFiles
from pki.kits.guard import KitLeaks, check_archive
from pki.kits.meeting import Protocol, Side
from tests.pki.kits.made import PHRASE, client_pair, kit_of, meeting_of, server_pair

SERVER_SPKI = server_pair().shown.leaf.spki_sha256


def changed(name: str, change: Callable[[bytes], bytes]) -> SideFiles:
    """The server's files of a kit, one of them changed."""
    side = kit_of(meeting_of(Protocol.FTPS_EXPLICIT)).server
    files = tuple(
        replace(one, content=change(one.content)) if one.name == name else one for one in side.files
    )
    assert files != side.files
    return replace(side, files=files)


def refusal(side: SideFiles, *, expected: SideFiles | None = None) -> str:
    with pytest.raises(KitLeaks) as leak:
        check_archive(pack(side), expected or side, own_spki_sha256=SERVER_SPKI, passphrase=PHRASE)
    return str(leak.value.data["why"])


def indented(text: bytes) -> bytes:
    return b"".join(b"   \t" + line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("protocol", Protocol)
def test_a_kit_as_it_is_made_passes(protocol: Protocol) -> None:
    kit = kit_of(meeting_of(protocol))
    for side, pair in ((Side.SERVER, server_pair()), (Side.CLIENT, client_pair())):
        files = check_archive(
            pack(kit.of(side)),
            kit.of(side),
            own_spki_sha256=pair.shown.leaf.spki_sha256,
            passphrase=PHRASE,
        )
        assert f"{side}_key.pem" in files


PLACES = ("README.txt", "client_cert.pem", "config/vsftpd.conf", "SHA256SUMS")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "write",
    [
        lambda key: export_pkcs8(key, PHRASE),
        lambda key: indented(export_pkcs8(key, PHRASE)),
        lambda key: export_pkcs8(key, PHRASE).replace(b"\n", b"\r\n"),
    ],
    ids=["plain", "indented", "crlf"],
)
def test_the_other_sides_key_is_found_wherever_it_stands(
    place: str, write: Callable[[bytes], bytes]
) -> None:
    leaking = changed(place, lambda content: content + write(client_pair().key))
    assert refusal(leaking) == "foreign_key"


@pytest.mark.parametrize(
    "write",
    [
        export_pkcs8_unencrypted,
        lambda key: indented(export_pkcs8_unencrypted(key)),
        lambda key: export_pkcs8(key, b"another passphrase"),
        lambda key: export_openssh(key, None),
        lambda key: export_pkcs8_unencrypted(key).replace(b"-----END", b"-- END"),
        lambda key: export_pkcs8_unencrypted(key).replace(b"-----BEGIN", b"-BEGIN"),
        lambda _: b"PuTTY-User-Key-File-3: ssh-ed25519\n",
    ],
    ids=["unencrypted", "indented", "other passphrase", "openssh", "no end", "no begin", "putty"],
)
def test_a_key_that_cannot_be_told_is_taken_for_a_foreign_one(
    write: Callable[[bytes], bytes],
) -> None:
    leaking = changed("README.txt", lambda content: content + write(client_pair().key))
    assert refusal(leaking) == "unknown_key"


def test_even_the_sides_own_key_stands_only_where_it_belongs() -> None:
    own = export_pkcs8(server_pair().key, PHRASE)
    assert refusal(changed("README.txt", lambda content: content + own)) == (
        "key_where_none_belongs"
    )


def test_a_key_that_was_to_be_encrypted_and_is_not_stays_here() -> None:
    plain = export_pkcs8_unencrypted(server_pair().key)
    assert refusal(changed("server_key.pem", lambda _: plain)) == "unknown_key"


def test_a_third_key_in_the_place_of_the_own_one_stays_here() -> None:
    third = export_pkcs8(generate(KeySpec(algorithm="P-256")), PHRASE)
    assert refusal(changed("server_key.pem", lambda _: third)) == "foreign_key"


def test_a_file_without_its_key_stays_here() -> None:
    assert refusal(changed("server_key.pem", lambda _: b"nothing\n")) == "own_key_missing"


def test_a_file_too_many_stays_here() -> None:
    side = kit_of().server
    more = replace(side, files=(*side.files, KitFile(name="client_key.pem", content=b"x")))
    assert refusal(more, expected=side) == "other_files"


def test_bytes_that_are_no_text_stay_here() -> None:
    assert refusal(changed("README.txt", lambda content: content + client_pair().key)) == "not_text"


def test_an_armour_of_something_else_stays_here() -> None:
    other = b"-----BEGIN SOMETHING-----\nAAAA\n-----END SOMETHING-----\n"
    assert refusal(changed("README.txt", lambda content: content + other)) == "unknown_key"
