"""The chain as it is sent: order, what is superfluous, and what stands first."""

from __future__ import annotations

import pytest

from pki.endpoints.chain import look_at_chain
from tests.pki.chains import Issued, make_ca, make_leaf

ROOT = make_ca("Root")
MIDDLE = make_ca("Intermediate", ROOT)
DEEP = make_ca("Deeper", MIDDLE)
LEAF = make_leaf("ftp.example.com", DEEP)
OTHER = make_ca("Another root")
CROSS = make_ca("Intermediate", OTHER, key=MIDDLE.key)
ALONE = make_leaf("self-signed.example.com")


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ([LEAF], []),
        ([ALONE], []),
        ([LEAF, DEEP, MIDDLE], []),
        ([LEAF, DEEP], []),
        ([LEAF, DEEP, MIDDLE, ROOT], [("chain.root_sent", ROOT)]),
        ([LEAF, MIDDLE, DEEP], [("chain.out_of_order", None)]),
        ([LEAF, ROOT, MIDDLE, DEEP], [("chain.out_of_order", None), ("chain.root_sent", ROOT)]),
        ([LEAF, DEEP, MIDDLE, DEEP], [("chain.duplicate", DEEP)]),
        ([LEAF, LEAF, DEEP, MIDDLE], [("chain.duplicate", LEAF)]),
        ([LEAF, DEEP, MIDDLE, OTHER], [("chain.unrelated", OTHER)]),
        ([LEAF, DEEP, ALONE], [("chain.unrelated", ALONE)]),
        ([LEAF, DEEP, MIDDLE, CROSS], []),
        ([DEEP, LEAF, MIDDLE], [("chain.leaf_not_first", LEAF)]),
        ([MIDDLE, DEEP, LEAF], [("chain.leaf_not_first", DEEP)]),
    ],
)
def test_it_sees_what_is_odd(
    chain: list[Issued], expected: list[tuple[str, Issued | None]]
) -> None:
    found = look_at_chain([one.der for one in chain])
    assert [(one.code, one.get("certificate")) for one in found] == [
        (code, issued.sha256 if issued else None) for code, issued in expected
    ]


def test_a_ca_of_the_right_name_and_the_wrong_key_is_unrelated() -> None:
    forged = make_ca("Deeper", MIDDLE)
    found = look_at_chain([LEAF.der, forged.der])
    assert [one.code for one in found] == ["chain.unrelated"]


def test_what_cannot_be_read_is_said_and_the_rest_is_looked_at() -> None:
    found = look_at_chain([LEAF.der, b"no certificate", OTHER.der])
    assert [one.code for one in found] == ["chain.unreadable", "chain.unrelated"]
    assert [one.code for one in look_at_chain([b"nothing"])] == ["chain.unreadable"]
    assert look_at_chain([]) == []
