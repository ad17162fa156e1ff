from __future__ import annotations

from certificates.orders import RequestOrder
from pki.openssl_config import OpensslRequest, openssl_config


def write_openssl_config(order: RequestOrder) -> OpensslRequest:
    """The configuration and the command for somebody who makes key and request elsewhere.

    Raises `pki.openssl_config.NoOpensslForm`.
    """
    return openssl_config(order.spec, order.new_key)
