from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from certificates.models import Certificate, PrivateKey
from certificates.services.build_chain import build_chain
from endpoints.models import Kit
from pki.kits.contents import Content, contents_of
from pki.kits.meeting import Protocol, Shown, Side


@dataclass(frozen=True, kw_only=True, slots=True)
class KitSide:
    """One side of a kit: its certificate, what the other side is shown, and its key if it is here."""

    side: Side
    certificate: Certificate
    shown: Shown
    complete: bool
    key: PrivateKey | None


def show_sides(kit: Kit, *, moment: datetime) -> Mapping[Side, KitSide]:
    """Both sides as the inventory has them at this moment."""
    return {side: _side(side, kit.certificate_of(side), moment) for side in Side}


def _side(side: Side, certificate: Certificate, moment: datetime) -> KitSide:
    chain = build_chain(certificate, moment=moment)
    return KitSide(
        side=side,
        certificate=certificate,
        shown=Shown(chain=chain.ders),
        complete=chain.complete,
        key=held_key(certificate),
    )


def held_key(certificate: Certificate) -> PrivateKey | None:
    """The private key of a certificate, where the key store knows it."""
    return PrivateKey.objects.filter(spki_sha256=certificate.spki_sha256).first()


def contents_of_sides(
    kit: Kit, sides: Mapping[Side, KitSide]
) -> list[tuple[KitSide, tuple[Content, ...]]]:
    """What the archive of each side will hold."""
    return [
        (
            one,
            contents_of(
                side,
                protocol=Protocol(kit.protocol),
                other=sides[side.other].shown,
                key_here=one.key is not None,
            ),
        )
        for side, one in sides.items()
    ]
