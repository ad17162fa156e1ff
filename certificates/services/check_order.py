from __future__ import annotations

from datetime import datetime

from django.conf import settings

from certificates.models import PrivateKey
from certificates.orders import RequestOrder
from pki.findings import Finding
from pki.key_generation import KeySpec
from pki.keys import KeyFacts
from pki.preflight import preflight


def check_order(order: RequestOrder, *, moment: datetime) -> tuple[Finding, ...]:
    """What preflight says about an order, its key included."""
    return preflight(
        order.spec,
        _key_facts(order),
        moment,
        days=order.days,
        extra_countries=settings.EXTRA_COUNTRIES,
    )


def _key_facts(order: RequestOrder) -> KeyFacts | None:
    """What the key is, or what it will be."""
    if order.key_id is not None:
        key = PrivateKey.objects.get(pk=order.key_id)
        return KeyFacts(algorithm=key.algorithm, size=key.size)
    return facts_to_be(order.new_key) if order.new_key is not None else None


def facts_to_be(spec: KeySpec) -> KeyFacts:
    """The facts that a key of this kind will have."""
    if spec.rsa_bits:
        return KeyFacts(algorithm="RSA", size=spec.rsa_bits)
    prefix = "EC " if spec.algorithm.startswith("P-") else ""
    return KeyFacts(algorithm=f"{prefix}{spec.algorithm}", size=0)
