from __future__ import annotations

from collections.abc import Collection

from django.conf import settings

from certificates.models import Certificate, Crl, PrivateKey, PublicKey
from truststores.models import StoreCrl, StoreMember


def find_recipients(
    *, certificates: Collection[Certificate], crls: Collection[Crl]
) -> dict[tuple[str, int], tuple[str, ...]]:
    """Who is told of the end of each: by (`certificate` or `crl`, id).

    Of a certificate the owner of its key; of what stands in trust stores whoever those stores name.
    Where nobody is named, the recipients of the site.
    """
    by_key = _owners({one.spki_sha256 for one in certificates})
    by_member = _of_stores(
        StoreMember.objects.filter(certificate__in=certificates).values_list(
            "certificate", "trust_store__notice_recipients"
        )
    )
    by_crl = _of_stores(
        StoreCrl.objects.filter(crl__in=crls).values_list("crl", "trust_store__notice_recipients")
    )
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for one in certificates:
        named = by_key.get(one.spki_sha256, set()) | by_member.get(one.pk, set())
        found["certificate", one.pk] = _or_site(named)
    for crl in crls:
        found["crl", crl.pk] = _or_site(by_crl.get(crl.pk, set()))
    return found


def _or_site(named: set[str]) -> tuple[str, ...]:
    return tuple(sorted(named or set(settings.NOTICE_RECIPIENTS)))


def _owners(keys: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for model in (PrivateKey, PublicKey):
        rows = model.objects.filter(spki_sha256__in=keys, owner__isnull=False)
        for spki, email in rows.values_list("spki_sha256", "owner__email"):
            if email:
                found.setdefault(spki, set()).add(email)
    return found


def _of_stores(rows: object) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for pk, recipients in rows:  # type: ignore[attr-defined]  # rows of values_list
        found.setdefault(pk, set()).update(recipients)
    return found
