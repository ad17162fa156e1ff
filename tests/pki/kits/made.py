"""Kits for the tests, made from pairs of their own; each pair is made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from pki.csr.build import build_self_signed, new_serial
from pki.csr.spec import Profile, RequestSpec, Subject
from pki.extensions.general_names import AltName
from pki.formats.export_key import export_pkcs8, export_pkcs8_unencrypted
from pki.host_names import is_address
from pki.key_generation import KeySpec, generate
from pki.kits.archive import pack, unpack
from pki.kits.files import Kit, make_kit
from pki.kits.identity import Identity, read_identity
from pki.kits.meeting import Meeting, Own, Protocol, Shown, Side
from pki.kits.proof import Proof, prove
from tests.pki.chains import DAY, make_ca, make_leaf

NOW = datetime.now(UTC).replace(microsecond=0)
PHRASE = b"correct horse battery 9"
HERE = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Pair:
    """A chain, leaf first, and the key of the leaf as PKCS#8 DER."""

    chain: tuple[bytes, ...]
    key: bytes

    @property
    def shown(self) -> Shown:
        return Shown(chain=self.chain)

    def own(self, *, encrypted: bool = True, key_here: bool = True) -> Own:
        if not key_here:
            return Own(shown=self.shown)
        return Own(shown=self.shown, key_pem=pem_of(self.key, encrypted), encrypted=encrypted)


@cache
def pem_of(key: bytes, encrypted: bool) -> bytes:
    """The key file; encrypting it takes a while, so it is done once."""
    return export_pkcs8(key, PHRASE) if encrypted else export_pkcs8_unencrypted(key)


@cache
def server_pair(
    *addresses: str, algorithm: str = "P-256", began: datetime = NOW, days: int = 365
) -> Pair:
    """A self-signed pair of a server."""
    names = addresses or HERE
    spec = RequestSpec(
        subject=Subject(common_name=names[0]),
        alt_names=tuple(
            AltName(kind="ip" if is_address(one) else "dns", value=one) for one in names
        ),
    )
    return _self_signed(spec, algorithm, began, days)


@cache
def client_pair(
    account: str = "alice", *, algorithm: str = "P-256", began: datetime = NOW, days: int = 365
) -> Pair:
    """A self-signed pair of a client."""
    spec = RequestSpec(subject=Subject(common_name=account), profile=Profile.CLIENT)
    return _self_signed(spec, algorithm, began, days)


def _self_signed(spec: RequestSpec, algorithm: str, began: datetime, days: int) -> Pair:
    key = generate(KeySpec(algorithm=algorithm))
    made = build_self_signed(spec, key, days=days, now=began, serial=new_serial())
    return Pair((made,), key)


@cache
def issued_pair(side: Side, name: str = "", *, with_root: bool = True) -> Pair:
    """A pair whose certificate comes from an authority below a root."""
    begins, ends = NOW - DAY, NOW + 300 * DAY
    root = make_ca(f"Root of {side}", not_before=begins, not_after=ends)
    issuer = make_ca(f"Authority of {side}", root, not_before=begins, not_after=ends)
    usages = {
        Side.SERVER: ExtendedKeyUsageOID.SERVER_AUTH,
        Side.CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH,
    }
    leaf = make_leaf(
        name or ("localhost" if side is Side.SERVER else "alice"),
        issuer,
        dns=("localhost",) if side is Side.SERVER else (),
        usages=(usages[side],),
        not_before=begins,
        not_after=ends,
    )
    chain = (leaf.der, issuer.der, root.der) if with_root else (leaf.der, issuer.der)
    return Pair(
        chain,
        leaf.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    )


def meeting_of(
    protocol: Protocol = Protocol.HTTPS,
    *,
    addresses: Sequence[str] = HERE,
    port: int = 8443,
    account: str = "alice",
) -> Meeting:
    return Meeting(
        protocol=protocol, addresses=tuple(addresses), port=port, account=account, made_at=NOW
    )


def kit_of(
    meeting: Meeting | None = None,
    *,
    server: Pair | None = None,
    client: Pair | None = None,
    encrypted: bool = True,
    elsewhere: Side | None = None,
) -> Kit:
    """A kit; `elsewhere` is the side whose key is not held."""
    pairs = {Side.SERVER: server or server_pair(), Side.CLIENT: client or client_pair()}
    owns = {
        side: pair.own(encrypted=encrypted, key_here=side is not elsewhere)
        for side, pair in pairs.items()
    }
    return make_kit(
        meeting=meeting or meeting_of(), server=owns[Side.SERVER], client=owns[Side.CLIENT]
    )


def files_of(kit: Kit, side: Side) -> dict[str, bytes]:
    """The files of one side, through its archive."""
    return dict(unpack(pack(kit.of(side))))


def identities(kit: Kit, *, encrypted: bool = True) -> dict[Side, Identity]:
    phrase = PHRASE if encrypted else None
    return {side: read_identity(files_of(kit, side), side, passphrase=phrase) for side in Side}


def proof_of(kit: Kit, *, moment: datetime = NOW, encrypted: bool = True) -> Proof:
    read = identities(kit, encrypted=encrypted)
    return prove(
        server=read[Side.SERVER],
        client=read[Side.CLIENT],
        addresses=kit.meeting.addresses,
        moment=moment,
    )


def unpacked(packed: bytes, folder: Path) -> Path:
    """The archive as somebody has it who got it."""
    for name, content in unpack(packed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
