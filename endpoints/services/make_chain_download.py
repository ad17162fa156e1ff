from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from certificates.services.make_download import Download, NothingToWrite, make_bundle
from endpoints.models import Service
from endpoints.services.presented_chain import presented_chain
from pki.formats.write import safe_file_name


def make_chain_download(
    service: Service, *, moment: datetime, with_leaf: bool = True, with_names: bool = False
) -> Download:
    """What the service sends as one PEM file, in its order; without its own certificate the rest.

    Raises `NothingToWrite` where nothing is sent.
    """
    sent = presented_chain(service, moment=moment).certificates
    wanted = sent if with_leaf else sent[1:]
    if not wanted:
        raise NothingToWrite
    made = make_bundle(wanted, with_names=with_names)
    suffix = "-fullchain.pem" if with_leaf else "-chain.pem"
    return replace(made, file_name=safe_file_name(service.name, suffix=suffix))
