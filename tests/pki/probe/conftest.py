"""One chain and one folder for the peers that a module looks at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pki.address_guard import AllowRule
from pki.probe.values import ProbeProtocol, Target
from tests.pki.chains import Issued, make_ca, make_leaf

LOOPBACK = (
    AllowRule(network="127.0.0.0/8", ports=frozenset(range(1, 65536))),
    AllowRule(network="::1/128", ports=frozenset(range(1, 65536))),
)


@dataclass(frozen=True, kw_only=True)
class Chain:
    root: Issued
    intermediate: Issued
    leaf: Issued


@pytest.fixture(scope="module")
def chain() -> Chain:
    root = make_ca("Probe root")
    intermediate = make_ca("Probe intermediate", root)
    return Chain(
        root=root, intermediate=intermediate, leaf=make_leaf("files.example.com", intermediate)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("peers")


def at(protocol: str, port: int, host: str = "127.0.0.1") -> Target:
    return Target(protocol=ProbeProtocol(protocol), host=host, port=port)
