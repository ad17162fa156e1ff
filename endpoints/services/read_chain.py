from __future__ import annotations

from dataclasses import replace

from certificates.finding_texts import finding_text
from endpoints.errors import EndpointRefused
from endpoints.rehearsal_specs import PastedCertificate
from pki.errors import LimitExceeded, SandboxKilled
from pki.limits import DEFAULT, MEBIBYTE
from pki.sandbox.blocks import stream_blocks

# More than this no peer takes in a handshake: OpenSSL itself stops at 100 KB of certificates.
MOST_CERTIFICATES = 20
_LIMITS = replace(
    DEFAULT,
    input_bytes=1 * MEBIBYTE,
    blocks=100,
    sandbox_cpu_seconds=10,
    sandbox_wall_seconds=20.0,
)


def read_chain(text: str) -> tuple[PastedCertificate, ...]:
    """The certificates of a pasted chain in their order, read where a parser may die.

    Nothing comes into the inventory. Raises `EndpointRefused` where there is none, too much, or
    something that has no place in a chain.
    """
    try:
        blocks = [
            block for batch in stream_blocks(text.encode(), limits=_LIMITS) for block in batch
        ]
    except LimitExceeded as error:
        raise EndpointRefused("rehearsal.paste_too_large", **error.data) from error
    except SandboxKilled as error:
        raise EndpointRefused("rehearsal.paste_not_readable") from error
    for block in blocks:
        if block.rejected is not None and block.rejected.code != "block.nothing_found":
            raise EndpointRefused(
                "rehearsal.paste_rejected", line=block.line, says=finding_text(block.rejected)
            )
    chain = tuple(
        PastedCertificate(der=one.der, sha256=one.sha256, spki_sha256=one.spki_sha256)
        for one in (block.certificate for block in blocks)
        if one is not None
    )
    if not chain:
        raise EndpointRefused("rehearsal.paste_empty")
    if len(chain) > MOST_CERTIFICATES:
        raise EndpointRefused(
            "rehearsal.paste_too_many", number=len(chain), maximum=MOST_CERTIFICATES
        )
    return chain
