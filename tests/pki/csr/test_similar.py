"""What is asked for again, taken from a request or a certificate."""

from __future__ import annotations

import pytest

from pki.csr.build import build_request, build_self_signed, new_serial
from pki.errors import NotDecodable
from pki.similar import similar
from tests.pki.csr.asked import NAMES, NOW, SPEC, SPECS, request_info


@pytest.mark.parametrize("name", SPECS)
def test_a_similar_request_asks_for_the_same(key: bytes, name: str) -> None:
    spec = SPECS[name]
    request = build_request(spec, key)
    certificate = build_self_signed(spec, key, days=3, now=NOW, serial=new_serial())
    for data in (request, certificate):
        like = similar(data)
        assert like.left_out == ()
        assert request_info(build_request(like.spec, key)) == request_info(request)


def test_similar_keeps_presets_as_presets(made_keys: dict[str, bytes]) -> None:
    like = similar(build_request(SPEC, made_keys["RSA-2048"])).spec
    assert like.key_usage is None
    assert like.extended_key_usage is None
    assert like.alt_names == NAMES
    with pytest.raises(NotDecodable):
        similar(b"neither")
