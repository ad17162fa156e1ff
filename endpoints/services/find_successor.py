from __future__ import annotations

from certificates.models import Certificate, Lifecycle

_MOST_STEPS = 20


def find_successor(certificate: Certificate) -> Certificate | None:
    """The certificate that took its place, at the end of all replacements; None where none did."""
    seen = {certificate.pk}
    latest = certificate
    for _ in range(_MOST_STEPS):
        following = latest.replaced_by if latest.lifecycle == Lifecycle.REPLACED else None
        if following is None or following.pk in seen:
            break
        seen.add(following.pk)
        latest = following
    return latest if latest.pk != certificate.pk else None
