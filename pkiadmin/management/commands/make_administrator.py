from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser

from pkiadmin.first_administrator import (
    FIRST_NAME,
    FirstAdministrator,
    has_administrator,
    make_administrator,
)
from pkiadmin.roles import sync_roles


class Command(BaseCommand):
    help = (
        "Make an administrator: asks on a terminal, else prints a one-time password. "
        "Does nothing while there is one, unless --another says so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--another", action="store_true", help="even if there is one")
        parser.add_argument("--username", default=FIRST_NAME)

    def handle(self, *args: Any, **options: Any) -> None:
        sync_roles()
        if has_administrator() and not options["another"]:
            self.stdout.write("There is an administrator.")
            return
        made = self._made(options["username"])
        self.stdout.write(f"Made the administrator {made.username}.")
        if made.password:
            self.stdout.write(f"One-time password: {made.password}")

    def _made(self, username: str) -> FirstAdministrator:
        if sys.stdin.isatty():
            return ask_for_administrator(username)
        return make_administrator(username=username)


def ask_for_administrator(username: str = FIRST_NAME) -> FirstAdministrator:
    """Ask on the terminal; an empty password makes a one-time password."""
    sys.stdout.write("The first administrator of this console:\n")
    username = input(f"  Username [{username}]: ").strip() or username
    while True:
        password = getpass.getpass("  Password (empty: the console makes a one-time password): ")
        if not password:
            return make_administrator(username=username)
        try:
            validate_password(password, User(username=username))
        except ValidationError as error:
            sys.stdout.write("".join(f"  {message}\n" for message in error.messages))
            continue
        if getpass.getpass("  The same again: ") == password:
            return make_administrator(username=username, password=password)
        sys.stdout.write("  The two are not the same.\n")
