"""Under which names registries hand out names to anybody: the Public Suffix List.

A wildcard right below such a name covers the hosts of different owners (CA/Browser Forum Baseline
Requirements, 3.2.2.6). The list comes with the package and is never fetched; its ICANN part alone
counts, as there, for who hands out names below `github.io` may well have a wildcard for it.
"""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def _list() -> PublicSuffixList:
    # Some 50 ms, which most processes never need: few certificates have a wildcard.
    return PublicSuffixList(only_icann=True)


def is_registry(name: str) -> bool:
    """Whether the names right below this one belong to different owners.

    `name` is a host name in A-labels without a final dot, such as `co.uk`; a top-level domain that
    the list does not know counts as one. Rules for all names below another (`*.ck`) count too.
    """
    return bool(name) and any(_list().is_public(one) for one in (name, f"any.{name}"))
