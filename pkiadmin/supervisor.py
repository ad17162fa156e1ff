"""Runs everything that one machine needs: broker, web server, worker, scheduler.

Started in that order, restarted with growing pauses when one dies, stopped with the broker last.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from pkiadmin.broker import start_broker
from pkiadmin.env import PROJECT_FOLDER, Env
from pkiadmin.processes import die_with_parent

Process = subprocess.Popen[bytes]

LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
TICK = 0.3


@dataclass(kw_only=True)
class Child:
    """One process: how to start it, and how to ask it to end.

    `ending` is the signals sent one after the other, each with the seconds it is given.
    """

    name: str
    start: Callable[[], Process]
    ending: tuple[tuple[signal.Signals, float], ...]
    process: Process | None = None
    deaths: int = 0
    started_at: float = 0.0
    not_before: float = field(default=0.0)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def launch(self) -> None:
        self.process = self.start()
        self.started_at = time.monotonic()

    def look_after(self) -> None:
        """Start the process again when it died, later each time it does so at once."""
        now = time.monotonic()
        if self.is_alive():
            if now - self.started_at > STEADY_AFTER:
                self.deaths = 0
            return
        if self.process is not None:
            pause = min(LONGEST_PAUSE, 0.5 * 2**self.deaths)
            self.deaths += 1
            self.not_before = now + pause
            say(f"{self.name} ended with code {self.process.returncode}; again in {pause:g} s")
            self.process = None
        if now >= self.not_before:
            self.launch()

    def stop(self) -> None:
        """Ask it to end, more firmly each time, and take what is left of its group with it."""
        if self.process is None:
            return
        for number, seconds in self.ending:
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                continue
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Supervisor:
    """The children, and the loop that looks after them until a signal ends it."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.stopping = threading.Event()
        self.children: list[Child] = []

    def listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()

    def start_broker(self) -> None:
        if self.env.embedded_broker:
            self._start(broker_child(self.env))

    def start_the_rest(self) -> None:
        for child in (web_child(self.env), worker_child(), beat_child(self.env)):
            self._start(child)

    def _start(self, child: Child) -> None:
        child.launch()
        self.children.append(child)

    def run(self) -> None:
        while not self.stopping.wait(TICK):
            for child in self.children:
                child.look_after()

    def stop(self) -> None:
        """The last started first, the broker at the very end."""
        for child in reversed(self.children):
            child.stop()
        self.children.clear()


def broker_child(env: Env) -> Child:
    def start() -> Process:
        return start_broker(
            env.broker_socket,
            env.data_folder / "broker",
            in_child=lambda: die_with_parent(signal.SIGTERM),
        )

    return Child(name="broker", start=start, ending=((signal.SIGTERM, 5),))


def web_child(env: Env) -> Child:
    arguments = ["-m", "gunicorn", "pkiadmin.wsgi", "--bind", bind_address(env)]
    arguments += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    arguments += ["--no-control-socket", "--graceful-timeout", "3", "--timeout", "60"]
    arguments += ["--log-level", "warning", "--access-logfile", "-"]
    # The path without its query: what people search for is not for the log.
    arguments += ["--access-logformat", "%(t)s %(h)s %(m)s %(U)s %(s)s %(B)s %(L)s"]
    return _python_child(
        "web", arguments, ((signal.SIGTERM, 4), (signal.SIGQUIT, 1)), signal.SIGTERM
    )


def worker_child() -> Child:
    # That the worker may be root is the administrator's decision; it need not be said each time.
    arguments = ["-W", "ignore:You're running the worker with superuser"]
    arguments += ["-m", "celery", "-A", "pkiadmin", "--quiet", "worker", "--concurrency", "2"]
    arguments += ["--pool", "prefork", "--loglevel", "WARNING"]
    arguments += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # A warm end waits for the job; one that takes longer is taken up again where it stopped.
    return _python_child(
        "worker", arguments, ((signal.SIGTERM, 3), (signal.SIGQUIT, 2)), signal.SIGKILL
    )


def beat_child(env: Env) -> Child:
    schedule = env.data_folder / "beat" / "schedule"
    schedule.parent.mkdir(exist_ok=True, mode=0o700)
    arguments = ["-m", "celery", "-A", "pkiadmin", "--quiet", "beat", "--loglevel", "WARNING"]
    arguments += ["--schedule", str(schedule), "--pidfile", ""]
    return _python_child("beat", arguments, ((signal.SIGTERM, 2),), signal.SIGTERM)


def _python_child(
    name: str,
    arguments: list[str],
    ending: tuple[tuple[signal.Signals, float], ...],
    at_our_death: signal.Signals,
) -> Child:
    def start() -> Process:
        return subprocess.Popen(  # noqa: S603  (our own programs)
            [sys.executable, *arguments],
            cwd=PROJECT_FOLDER,
            stdin=subprocess.DEVNULL,
            # Of its own session: Ctrl-C reaches the supervisor alone, which keeps the order.
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(at_our_death),
        )

    return Child(name=name, start=start, ending=ending)


def bind_address(env: Env) -> str:
    host = f"[{env.listen}]" if ":" in env.listen else env.listen
    return f"{host}:{env.port}"
