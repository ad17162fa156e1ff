"""Threat 9 with the limits of the product, and with the memory of a real process.

`test_crl_sources.py` shows the same with smaller limits and more kinds of servers.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from jobs.services.work_job import work_job
from pki.address_guard import AllowRule
from pki.limits import MEBIBYTE
from tests.pki.fetch.servers import Server
from tests.truststores.conftest import (
    NOW,
    authority,
    bring_in,
    bring_in_crls,
    crl,
    leaf,
    work_off,
)
from truststores.models import CrlSource, StoreCrl, TrustStore
from truststores.services import fetch_crl
from truststores.services.add_crls import add_crls
from truststores.services.add_source import add_source
from truststores.specs import NewSource

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
]

MOST_SECONDS = 65
MOST_GROWTH = 128 * MEBIBYTE
ROOT = authority("Example Root")
TODAY = (timezone.now() - NOW).days
PIECE = bytes(MEBIBYTE)

Answer = Callable[[socket.socket, bytes], None]


@pytest.fixture
def store(store_of: Callable[..., TrustStore]) -> TrustStore:
    """A store with a good CRL in use."""
    made = store_of("Servers", ROOT, revocation="leaf", moment=timezone.now())
    bring_in(leaf("ftp.example.org", ROOT))
    [row] = bring_in_crls(crl(ROOT, start=TODAY - 2, end=TODAY + 10))
    add_crls(actor=None, store_id=made.pk, crl_ids=[row.pk])
    work_off(timezone.now())
    return made


@pytest.fixture
def serve(settings: Settings) -> Iterator[Callable[[Answer], Server]]:
    rule = AllowRule(network="127.0.0.0/8", ports=frozenset(range(1, 65536)))
    settings.INTERNAL_CRL_HOSTS = (rule,)
    servers: list[Server] = []

    def start(answer: Answer) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def fetched_in_a_child(store: TrustStore, url: str) -> tuple[list[str], int, float]:
    """What a worker's process makes of a source: the codes, how far its memory grew, how long it took."""
    source = add_source(actor=None, store_id=store.pk, new=NewSource(url=url))
    source.refresh_from_db()
    assert source.last_job is not None
    job = source.last_job.pk
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            # The highest mark of this process is counted from here.
            Path("/proc/self/clear_refs").write_text("5")
            before = memory("VmRSS")
            began = time.monotonic()
            work_job(job_id=job)
            told = [memory("VmHWM") - before, time.monotonic() - began]
            os.write(writing, json.dumps(told).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        grown, seconds = json.loads(said.read())
    os.waitpid(child, 0)
    source.refresh_from_db()
    return [code for code, _ in source.outcome_data], int(grown), float(seconds)


def memory(name: str) -> int:
    """A figure of /proc/self/status in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def endless(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        connection.sendall(PIECE)


def as_large_as_may_be(connection: socket.socket, _request: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {64 * MEBIBYTE}\r\n\r\n"
    connection.sendall(head.encode())
    for _ in range(64):
        connection.sendall(PIECE)


def dripping(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    with suppress(OSError):
        while True:
            connection.sendall(b"0")
            time.sleep(0.5)


def test_the_limits_are_those_that_were_promised() -> None:
    limits = fetch_crl._FETCH_LIMITS
    assert limits.body_bytes == 64 * MEBIBYTE
    assert limits.seconds <= 60


@pytest.mark.parametrize(
    ("answer", "codes"), [(endless, ["fetch_bytes"]), (as_large_as_may_be, ["no_crl"])]
)
def test_a_bomb_of_full_size_ends_in_time_and_within_its_memory(
    store: TrustStore, serve: Callable[[Answer], Server], answer: Answer, codes: list[str]
) -> None:
    found, grown, seconds = fetched_in_a_child(store, serve(answer).url("/bomb.crl"))
    assert found == codes
    assert 32 * MEBIBYTE < grown < MOST_GROWTH
    assert seconds < MOST_SECONDS
    assert StoreCrl.objects.filter(trust_store=store).count() == 1
    assert CrlSource.objects.get().failures == 1


@pytest.mark.timeout(120)
@pytest.mark.skipif(
    "SLOW_TESTS" not in os.environ,
    reason="waits for the 45 s that a server is given; SLOW_TESTS=1 runs it",
)
def test_a_dripping_server_is_left_in_time(
    store: TrustStore, serve: Callable[[Answer], Server]
) -> None:
    found, grown, seconds = fetched_in_a_child(store, serve(dripping).url("/drip.crl"))
    assert found == ["fetch_time"]
    assert 30 < seconds < MOST_SECONDS
    assert grown < MOST_GROWTH
    assert StoreCrl.objects.filter(trust_store=store).count() == 1
