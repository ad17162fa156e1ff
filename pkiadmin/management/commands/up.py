from __future__ import annotations

import fcntl
import hashlib
import http.client
import os
import socket
import sys
import time
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.utils import timezone

from jobs.services.release_leases import release_leases
from pki.errors import KekUnusable
from pkiadmin.broker import BrokerDidNotStart
from pkiadmin.env import Env
from pkiadmin.first_administrator import (
    FirstAdministrator,
    has_administrator,
    make_administrator,
)
from pkiadmin.key_check import check_kek, sentence
from pkiadmin.management.commands.make_administrator import ask_for_administrator
from pkiadmin.roles import sync_roles
from pkiadmin.supervisor import Supervisor, say

READY_TIME = 60.0


class Command(BaseCommand):
    help = "Run everything: broker, web server, worker and scheduler, until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        env: Env = settings.ENV
        # What is made here holds keys and sessions: nobody else on the machine reads it.
        os.umask(0o077)
        lock = locked_data_folder(env.data_folder)
        refuse_taken_port(env)
        supervisor = Supervisor(env)
        supervisor.listen_to_signals()
        try:
            supervisor.start_broker()
            made = prepare(env)
            if not supervisor.stopping.is_set():
                supervisor.start_the_rest()
                if wait_until_ready(env, supervisor):
                    greet(env, made)
            supervisor.run()
        except BrokerDidNotStart as error:
            raise CommandError(f"The embedded broker did not start: {error}.") from error
        finally:
            supervisor.stop()
            lock.close()
        say("pkiadmin has stopped.")


def locked_data_folder(folder: Path) -> IO[bytes]:
    """Take the data folder for this supervisor; two on one folder would start two brokers."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "up.lock").open("wb")
    except OSError as error:
        raise CommandError(
            f"The data folder {folder} cannot be written: {error.strerror}. "
            "Set PKIADMIN_DATA to a folder that this user may write to."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(
            f"Another pkiadmin runs on the data folder {folder}: stop it first."
        ) from None
    return lock


def refuse_taken_port(env: Env) -> None:
    """Find a port in use out before anything is started."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            env.listen, env.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CommandError(
            f"Port {env.port} on {env.listen} cannot be used: {error.strerror}. "
            "Set PKIADMIN_PORT (or PKIADMIN_LISTEN) to another."
        ) from None


def prepare(env: Env) -> FirstAdministrator | None:
    """What must be in place before the first request; the administrator if one was made."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
        collect_static(settings.STATIC_ROOT)
        check_kek()
        sync_roles()
        if not env.database_url:
            # This machine is the only one on this database, and its workers have not begun.
            release_leases(now=timezone.now())
        made = first_administrator()
    except DatabaseError as error:
        raise CommandError(f"The database cannot be used: {str(error).splitlines()[0]}") from error
    except KekUnusable as error:
        raise CommandError(sentence(error)) from None
    finally:
        connections.close_all()
    return made


def first_administrator() -> FirstAdministrator | None:
    if has_administrator():
        return None
    return ask_for_administrator() if sys.stdin.isatty() else make_administrator()


def collect_static(root: Path) -> None:
    """Gather the static files unless they are those of the last start (it takes seconds)."""
    stamp = root / ".stamp"
    now = fingerprint_of_static()
    if stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(now)


def fingerprint_of_static() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = os.stat(storage.path(path))  # noqa: PTH116  (one call for two facts)
            digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def wait_until_ready(env: Env, supervisor: Supervisor) -> bool:
    """Wait until the web server answers for the database and the broker."""
    deadline = time.monotonic() + READY_TIME
    while time.monotonic() < deadline:
        if supervisor.stopping.wait(0.1):
            return False
        if answers(env):
            return True
        for child in supervisor.children:
            child.look_after()
    say("pkiadmin is slow to start; what hinders it should stand above.")
    return False


def answers(env: Env) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(env.listen, env.listen)  # noqa: S104
    connection = http.client.HTTPConnection(host, env.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def greet(env: Env, made: FirstAdministrator | None) -> None:
    say("")
    say("pkiadmin is running.")
    say(f"  Address      {env.url}/")
    if made is not None:
        say(f"  User         {made.username}")
        if made.password:
            say(f"  Password     {made.password}  (for the first sign-in, which replaces it)")
    say(f"  Data folder  {env.data_folder}")
    say("Ctrl-C stops everything.")
    say("")
