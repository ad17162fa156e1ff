from __future__ import annotations

from certificates.models import Certificate
from certificates.services.make_download import Download, make_bundle
from pki.formats.write import safe_file_name
from truststores.models import Role, StoreMember, TrustStore


def make_store_download(
    *, store: TrustStore, with_names: bool, anchors_only: bool = False
) -> Download:
    """The members of a store as one PEM file, anchors first, read back before anybody gets it."""
    members = StoreMember.objects.filter(trust_store=store)
    if anchors_only:
        members = members.filter(role=Role.ANCHOR)
    ordered: list[Certificate] = [
        member.certificate
        for member in members.select_related("certificate").order_by(
            "role", "certificate__cn", "certificate_id"
        )
    ]
    bundle = make_bundle(ordered, with_names=with_names)
    suffix = "-anchors.pem" if anchors_only else ".pem"
    return Download(
        content=bundle.content,
        file_name=safe_file_name(store.name, suffix=suffix),
        content_type=bundle.content_type,
    )
