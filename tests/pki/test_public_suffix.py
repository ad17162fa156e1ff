from __future__ import annotations

import pytest

from pki.public_suffix import is_registry


@pytest.mark.parametrize(
    "name",
    ["com", "uk", "co.uk", "CO.UK", "com.au", "gouv.fr", "tokyo.jp", "xn--p1ai", "ck", "local"],
)
def test_names_below_it_belong_to_different_owners(name: str) -> None:
    assert is_registry(name)


@pytest.mark.parametrize(
    "name",
    [
        "example.com",
        "example.co.uk",
        # No registry hands out names there, whatever they look like.
        "ac.de",
        "www.ck",
        "city.kawasaki.jp",
        # Who hands these out may have a wildcard for them.
        "github.io",
        "s3.amazonaws.com",
        "sftp.internal",
        "",
        "a..b",
    ],
)
def test_names_below_it_belong_to_one_owner(name: str) -> None:
    assert not is_registry(name)


def test_all_names_below_a_rule_count() -> None:
    assert is_registry("kawasaki.jp")
    assert is_registry("anything.kawasaki.jp")
