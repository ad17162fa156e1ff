"""Everything that the environment may say, read once and in one place."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from pki.address_guard import AllowRule
from pki.countries import CountryNotTwoLetters, check_additions
from pkiadmin.allow_list import PROBE_PORTS, read_allow_list

PROJECT_FOLDER = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Env:
    """The environment's answers, with the defaults of the embedded installation."""

    data_folder: Path
    url: str
    listen: str
    port: int
    database_url: str
    redis_url: str
    embedded_broker: bool
    secret_key: str
    kek_file: Path
    kek_variable: str
    kek_command: str
    kek_may_be_made: bool
    extra_hosts: tuple[str, ...]
    extra_countries: tuple[tuple[str, str], ...]
    email_url: str
    mail_from: str
    notice_recipients: tuple[str, ...]
    internal_crl_hosts: tuple[AllowRule, ...]
    proxies: int
    internal_probe_hosts: tuple[AllowRule, ...]
    history_days: int
    debug: bool
    log_json: bool

    @property
    def https(self) -> bool:
        return self.url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        named = urlsplit(self.url).hostname
        return sorted(
            {"localhost", "127.0.0.1", "[::1]", *([named] if named else []), *self.extra_hosts}
        )

    @property
    def broker_socket(self) -> Path:
        return broker_socket(self.data_folder)


def read_env() -> Env:
    env = environ.Env()
    data_folder = Path(env.str("PKIADMIN_DATA", default=str(PROJECT_FOLDER / "var"))).resolve()
    listen = env.str("PKIADMIN_LISTEN", default="127.0.0.1")
    port = env.int("PKIADMIN_PORT", default=8000)
    redis_url = env.str("REDIS_URL", default="")
    kek_file = env.str("PKIADMIN_KEK_FILE", default="")
    return Env(
        data_folder=data_folder,
        url=env.str("PKIADMIN_URL", default=f"http://{listen}:{port}").rstrip("/"),
        listen=listen,
        port=port,
        database_url=env.str("DATABASE_URL", default=""),
        redis_url=redis_url or f"unix://{broker_socket(data_folder)}",
        embedded_broker=not redis_url,
        secret_key=env.str("SECRET_KEY", default="") or _kept_secret(data_folder / "secret_key"),
        kek_file=Path(kek_file) if kek_file else data_folder / "kek",
        kek_variable=env.str("PKIADMIN_KEK", default=""),
        kek_command=env.str("PKIADMIN_KEK_COMMAND", default=""),
        kek_may_be_made=not kek_file,
        extra_hosts=tuple(env.list("PKIADMIN_HOSTS", default=[])),
        extra_countries=_countries(env.list("PKIADMIN_EXTRA_COUNTRIES", default=[])),
        email_url=env.str("EMAIL_URL", default="consolemail://"),
        mail_from=env.str("PKIADMIN_MAIL_FROM", default="pkiadmin@localhost"),
        notice_recipients=tuple(env.list("PKIADMIN_NOTICE_RECIPIENTS", default=[])),
        internal_crl_hosts=read_allow_list(
            "PKIADMIN_INTERNAL_CRL_HOSTS", env.list("PKIADMIN_INTERNAL_CRL_HOSTS", default=[])
        ),
        proxies=env.int("PKIADMIN_PROXIES", default=0),
        internal_probe_hosts=read_allow_list(
            "PKIADMIN_INTERNAL_PROBE_HOSTS",
            env.list("PKIADMIN_INTERNAL_PROBE_HOSTS", default=[]),
            ports=PROBE_PORTS,
        ),
        history_days=_history_days(env.str("PKIADMIN_HISTORY_DAYS", default="90")),
        debug=env.bool("PKIADMIN_DEBUG", default=False),
        log_json=env.bool("PKIADMIN_LOG_JSON", default=False),
    )


def _countries(listed: list[str]) -> tuple[tuple[str, str], ...]:
    """The site's additions to the country codes: `XK:Kosovo,AA`."""
    pairs = (entry.strip().partition(":") for entry in listed)
    try:
        return check_additions((code.strip(), name.strip()) for code, _, name in pairs)
    except CountryNotTwoLetters as error:
        raise ImproperlyConfigured(
            f"PKIADMIN_EXTRA_COUNTRIES: {error.data['country']!r} is not two capital letters. "
            "Write it like XK:Kosovo, with commas between several."
        ) from error


_MOST_DAYS = 36_500


def _history_days(text: str) -> int:
    """For how many days what was rehearsed and probed is kept."""
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 1 <= days <= _MOST_DAYS:
        raise ImproperlyConfigured(
            f"PKIADMIN_HISTORY_DAYS: {text!r} is no number of days from 1 to {_MOST_DAYS}."
        )
    return days


def broker_socket(data_folder: Path) -> Path:
    """The Unix socket of the embedded broker; a path of 108 bytes or more does not bind."""
    wanted = data_folder / "broker" / "valkey.sock"
    if len(os.fsencode(wanted)) < 108:
        return wanted
    digest = hashlib.sha256(os.fsencode(data_folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"pkiadmin-{os.getuid()}-{digest}" / "valkey.sock"


def _kept_secret(path: Path) -> str:
    """The secret of this installation, made on first use and readable by its owner alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = secrets.token_urlsafe(64).encode()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {path.parent} cannot be used: {error.strerror}. "
            "Set PKIADMIN_DATA to a folder that this user may write to."
        ) from error
    return fresh.decode()
