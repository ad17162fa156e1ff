"""A trust store as the programs at the other end have it."""

from __future__ import annotations

from dataclasses import replace

from pki.verify.inputs import TrustInput, Usage
from pki.verify.prepared import PreparedTrust
from pki.verify.run import prepare


def as_peer(trust: TrustInput, usage: Usage) -> PreparedTrust:
    """The store prepared as a TLS peer uses it, for the usage in which it asks.

    Servers and clients load anchors and intermediates into one X509_STORE. It makes a difference:
    once OpenSSL has taken an issuer from there, it looks for the next one nowhere else, so a cross
    certificate that the other side sends is not found behind an intermediate of the store.
    """
    return prepare(
        replace(
            trust,
            anchors=(*trust.anchors, *trust.intermediates),
            intermediates=(),
            policy=replace(trust.policy, usage=usage),
        )
    )
