"""The supervisor, as people start it: a real process with real children."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.e2e.console import PROJECT, Console, free_port

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="pkiadmin-up-") as made:
        yield Path(made)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


def until(question: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_starts_serves_stops_and_finds_its_data_again(folder: Path) -> None:
    console = Console(folder).start()
    try:
        assert console.url in console.said
        password = console.wait_for(r"Password +(\S+)", 1)[1]
        assert str(folder) in console.said
        assert "csrfmiddlewaretoken" in fetch(f"{console.url}/account/login/")
        kinds = " ".join(console.processes().values())
        assert all(name in kinds for name in ("gunicorn", "worker", "beat", "valkey-server"))
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", 6379)) != 0 or "6379" not in kinds
    finally:
        began = time.monotonic()
        code = console.stop(signal.SIGINT)
    assert code == 0
    assert time.monotonic() - began < 15
    assert console.processes() == {}
    assert "Traceback" not in console.said

    again = Console(folder).start()
    try:
        assert "Password" not in again.said
        assert password not in again.said
        assert "csrfmiddlewaretoken" in fetch(f"{again.url}/account/login/")
    finally:
        again.stop()
    assert again.processes() == {}


def test_a_child_that_dies_is_started_again_and_nothing_survives_a_killed_supervisor(
    folder: Path,
) -> None:
    console = Console(folder).start()
    try:
        head = console.workers()[0]
        os.kill(head, signal.SIGKILL)
        until(lambda: (pids := console.workers()) and head not in pids)
        broker = next(pid for pid, said in console.processes().items() if "valkey" in said)
        os.kill(broker, signal.SIGKILL)
        until(lambda: any("valkey" in said for said in console.processes().values()))
        until(lambda: '"broker": "ok"' in health(console))
    finally:
        console.stop(signal.SIGKILL)
    until(lambda: not console.processes(), 30)


def health(console: Console) -> str:
    try:
        return fetch(f"{console.url}/healthz")
    except urllib.error.URLError:
        return ""


def refusal(folder: str, *arguments: str, **environment: str) -> str:
    """What `manage.py up` says when it cannot start: one line, and a code that is not 0."""
    console = Console(Path(folder), None, **environment)
    done = subprocess.run(
        [sys.executable, *arguments, "manage.py", "up"],
        cwd=PROJECT,
        env=console.env(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    said = (done.stdout + done.stderr).strip()
    assert "\n" not in said, said
    return said


def test_a_port_in_use_is_one_clear_line(folder: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        said = refusal(str(folder), PKIADMIN_PORT=str(port))
    assert re.search(rf"Port {port} .* PKIADMIN_PORT", said)


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(folder: Path) -> None:
    (folder / "file").write_text("")
    assert "Set PKIADMIN_DATA" in refusal(str(folder / "file" / "data"))
    assert "Set PKIADMIN_DATA" in refusal("/proc/pkiadmin")


def test_a_second_supervisor_on_the_same_folder_is_one_clear_line(folder: Path) -> None:
    console = Console(folder).start()
    try:
        assert "Another pkiadmin runs" in refusal(str(folder))
        (folder / "kek").rename(folder / "elsewhere")
    finally:
        console.stop()
    assert "the file is missing" in refusal(str(folder))
