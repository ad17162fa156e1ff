"""A console of the tests' own: `manage.py up` on a free port with a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "a staple for the tests 7"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Console:
    """Start it, stop it, ask what it said."""

    def __init__(self, data: Path, port: int | None = None, **environment: str) -> None:
        self.data = data
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def env(self) -> dict[str, str]:
        """The environment of a shell that knows nothing of the test run."""
        ours = ("PKIADMIN_", "DJANGO_", "COVERAGE", "PYTEST_")
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(ours) and name not in ("REDIS_URL", "DATABASE_URL", "SECRET_KEY")
        }
        mine = {"PKIADMIN_DATA": str(self.data), "PKIADMIN_PORT": str(self.port)}
        return inherited | mine | self.environment

    def start(self) -> Console:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=PROJECT,
            env=self.env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()
        try:
            self.wait_for(r"^Ctrl-C stops everything", 90)
        except AssertionError:
            self.stop()
            raise
        return self

    def _listen(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                self.lines.append(line.rstrip("\n"))

    def wait_for(self, pattern: str, seconds: float) -> re.Match[str]:
        """The first line that it says, or said, that fits."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in list(self.lines):
                if found := re.search(pattern, line):
                    return found
            assert self.process is not None
            assert self.process.poll() is None, self.said
            time.sleep(0.05)
        raise AssertionError(f"no line {pattern!r} in:\n{self.said}")

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    @property
    def one_time_password(self) -> str:
        """What the first start printed for the first sign-in."""
        return self.wait_for(r"^ *Password +(\S+)", 5).group(1)

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of its database, read beside it."""
        with closing(sqlite3.connect(self.data / "pkiadmin.sqlite3", timeout=20)) as database:
            return database.execute(question, values).fetchall()

    def outcomes_of(self, job: str) -> int:
        """How many blocks of an import have an outcome."""
        counted = "SELECT count(*) FROM certificates_importblock WHERE job_id = ?"
        return int(self.ask(counted, job)[0][0])

    def manage(self, *arguments: str) -> str:
        """Another management command on the same data folder."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def processes(self) -> dict[int, str]:
        """The living processes that work on this data folder, by what the kernel says."""
        mine = f"PKIADMIN_DATA={self.data}".encode()
        found: dict[int, str] = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                # Valkey writes its title over its environment; the title names the socket.
                if command and (
                    mine in (folder / "environ").read_bytes().split(b"\0")
                    or os.fsencode(self.data) in command
                ):
                    found[int(folder.name)] = command.decode(errors="replace")
            except OSError:
                continue
        return found

    def workers(self) -> list[int]:
        """The processes of the worker: its head first, then those of its pool."""
        return sorted(pid for pid, said in self.processes().items() if " worker " in said)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        # The pipe closes when the last child that holds it has ended.
        self.listener.join(timeout=30)
        return code
